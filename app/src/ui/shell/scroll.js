// Stores the scroll position in the session history and restores it as soon as the page is long enough. Browsers
// restore it at once, when the skeleton of a loading page is still shorter.
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
// From here on, the user decides.
for (const input of ['wheel', 'touchstart', 'keydown', 'pointerdown']) {
  addEventListener(input, () => (isReturning = false), { capture: true, passive: true });
}
new ResizeObserver(settle).observe(document.documentElement);
