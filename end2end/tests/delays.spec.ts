// Retry delays, whatever the server asks for.
import type { Page, Route } from '@playwright/test';
import { LONGEST_BACKOFF, expect, openSignedIn, test } from './story';

const ME = '**/rpc/account/me';

/** The longest wait that a server can ask for, milliseconds (`delay.rs`). */
const LONGEST_WISH = 450_000;

const NOW = 'Tue, 24 Nov 2026 01:00:00 GMT';

/** Answers 503 with these headers. */
function busy(headers: Record<string, string>): (route: Route) => Promise<void> {
  return (route) => route.fulfill({ status: 503, headers: { ...headers, 'content-type': 'text/plain' }, body: 'busy' });
}

/** Records the times, on the page's clock, at which it asks who is signed in. */
async function noteQuestions(page: Page): Promise<() => Promise<number[]>> {
  await page.addInitScript(() => {
    const asked: number[] = [];
    Object.assign(window, { asked });
    const real = window.fetch;
    window.fetch = (...request) => {
      const url = request[0] instanceof Request ? request[0].url : String(request[0]);
      if (url.endsWith('/rpc/account/me')) asked.push(Date.now());
      return real(...request);
    };
  });
  return () => page.evaluate(() => (window as unknown as { asked: number[] }).asked);
}

test.beforeEach(({ page }) => page.clock.install());

for (const [what, headers] of [
  ['names no time', {}],
  ['names zero', { 'retry-after': '0' }],
  ['names a negative number', { 'retry-after': '-1' }],
  ['names a fraction', { 'retry-after': '0.001' }],
  ['names no number at all', { 'retry-after': 'soon' }],
  ['names a date that has passed', { 'retry-after': 'Mon, 23 Nov 2026 01:00:00 GMT', date: NOW }],
] as const) {
  test(`requests to a server that ${what} back off`, async ({ page }) => {
    const questions = await noteQuestions(page);
    await page.route(ME, busy(headers));
    await openSignedIn(page);
    await expect.poll(async () => (await questions()).length).toBeGreaterThan(5);
    // The first request may come from the engine, which asks once whether the user is staff.
    const waits = (await questions()).map((at, place, all) => at - (all[place - 1] ?? at)).slice(-3);
    for (const [place, least] of [400, 800, 1600].entries()) expect(waits[place]).toBeGreaterThanOrEqual(least - 1);
  });
}

for (const [what, least, headers] of [
  ['two minutes', 120_000, { 'retry-after': '120' }],
  ['two minutes, by a date', 120_000, { 'retry-after': 'Tue, 24 Nov 2026 01:02:00 GMT', date: NOW }],
  ['more milliseconds than a timer can count', 300_000, { 'retry-after': '2147484' }],
  ['more seconds than 32 bits can count', 300_000, { 'retry-after': '99999999999999999999' }],
  ['the end of all calendars', 300_000, { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT', date: NOW }],
] as const) {
  test(`a server that asks for ${what} gets no request for as long, within bounds`, async ({ page }) => {
    const questions = await noteQuestions(page);
    await page.route(ME, busy(headers));
    await openSignedIn(page);
    await expect(page.locator('.notice[role=alert]')).toContainText('The service is temporarily unavailable.');
    const before = await questions();
    await page.clock.fastForward(LONGEST_WISH);
    await expect.poll(async () => (await questions()).length).toBeGreaterThan(before.length);
    const after = await questions();
    expect((after[before.length] ?? 0) - (before[before.length - 1] ?? 0)).toBeGreaterThanOrEqual(least);
  });
}

test("a retry_after in the server's own error is bounded as well", async ({ page }) => {
  const questions = await noteQuestions(page);
  const error = { code: 'too_many_requests', message: 'That was too often.', retry_after: 4_294_967_295 };
  await page.route(ME, (route) => route.fulfill({ status: 429, json: error }));
  await openSignedIn(page);
  await expect(page.locator('.notice[role=alert]')).toContainText('That was too often.');
  const before = (await questions()).length;
  await page.clock.fastForward(LONGEST_WISH);
  await expect.poll(async () => (await questions()).length).toBeGreaterThan(before);
});

test('a hidden tab retries when it becomes visible', async ({ page }) => {
  const questions = await noteQuestions(page);
  await page.route(ME, busy({}));
  await openSignedIn(page);
  await expect(page.locator('.notice[role=alert]')).toBeVisible();
  await setVisibility(page, 'hidden');
  // A running attempt has ended by then.
  await page.clock.runFor(LONGEST_BACKOFF);
  await page.evaluate(() => fetch('/healthz').then((answer) => answer.text()));
  const hidden = (await questions()).length;
  for (let round = 0; round < 3; round += 1) {
    await page.clock.runFor(LONGEST_BACKOFF);
    await page.evaluate(() => fetch('/healthz').then((answer) => answer.text()));
  }
  expect((await questions()).length).toBe(hidden);
  await setVisibility(page, 'visible');
  await expect.poll(async () => (await questions()).length).toBeGreaterThan(hidden);
});

test('a page retries as soon as the network is back', async ({ page }) => {
  const questions = await noteQuestions(page);
  await page.route(ME, (route) => route.abort());
  await openSignedIn(page);
  await expect.poll(async () => (await questions()).length).toBeGreaterThan(4);
  await page.unroute(ME);
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(page.getByTestId('username')).toBeVisible();
});

test('the retry button keeps the focus while attempts fail', async ({ page }) => {
  const questions = await noteQuestions(page);
  await page.route(ME, busy({}));
  await openSignedIn(page);
  const again = page.getByRole('button', { name: 'Try again' });
  await again.focus();
  const before = (await questions()).length;
  await expect.poll(async () => (await questions()).length).toBeGreaterThan(before + 2);
  await expect(again).toBeFocused();
});

async function setVisibility(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => state === 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}
