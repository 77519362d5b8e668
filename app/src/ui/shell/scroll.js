// Keeps where a page is scrolled to in its entry of the session history, and returns there as soon as the page is long enough
// again: browsers do so at once, when the outline of a page that is being loaded is shorter.
history.scrollRestoration = 'manual';
let isReturning = typeof history.state === 'number';
const keep = () => {
  if (!isReturning && history.state !== scrollY) history.replaceState(scrollY, '');
};
const settle = () => {
  if (!isReturning) return;
  scrollTo(0, history.state);
  isReturning = Math.abs(scrollY - history.state) >= 1;
};
addEventListener('popstate', () => {
  if (history.state === null && !location.hash) history.replaceState(0, '');
  isReturning = history.state !== null;
  requestAnimationFrame(settle);
});
addEventListener('scrollend', keep);
addEventListener('click', keep, { capture: true });
// The person decides from here on.
for (const input of ['wheel', 'touchstart', 'keydown', 'pointerdown']) {
  addEventListener(input, () => (isReturning = false), { capture: true, passive: true });
}
new ResizeObserver(settle).observe(document.documentElement);
