// A server that is unreachable or answers wrongly does not end a session.
import {
  LONGEST_BACKOFF,
  countRefreshes,
  expect,
  isSignedIn,
  openSignedIn,
  outliveToken,
  outliveTokenAndRenew,
  stored,
  test,
} from './story';

const REFRESH = '**/rpc/session/refresh';

test.beforeEach(async ({ page }) => {
  await page.clock.install();
  const username = await openSignedIn(page);
  await expect(page.getByTestId('username')).toHaveText(username);
});

test('being offline keeps the session, is shown, and ends without user action', async ({ page, context }) => {
  await context.setOffline(true);
  await outliveToken(page);
  await expect(page.locator('html')).toHaveAttribute('data-session', 'stale');
  await expect(page.getByText("You're offline. You're still signed in")).toBeVisible();
  await expect(page).toHaveURL('/account');
  await context.setOffline(false);
  await isSignedIn(page);
  await expect(page.getByText("You're offline")).toBeHidden();
});

for (const [what, answer] of [
  ['a 503', { status: 503, contentType: 'application/json', body: '{"code":"unavailable","message":"Try again."}' }],
  ["a proxy's 502 page", { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }],
  ['a 429', { status: 429, headers: { 'retry-after': '1' }, body: 'slow down' }],
  ['the sign-in page of a network', { status: 200, contentType: 'text/html', body: '<h1>Welcome to the hotel</h1>' }],
] as const) {
  test(`${what} keeps the session and is retried`, async ({ page, context }) => {
    const refreshes = countRefreshes(context);
    await context.route(REFRESH, (route) => route.fulfill(answer));
    await outliveToken(page);
    await expect(page.locator('html')).toHaveAttribute('data-session', 'stale');
    await expect(page.getByText('Can\'t reach the server. You\'re still signed in.')).toBeVisible();
    await expect(page).toHaveURL('/account');
    await expect.poll(() => refreshes.count).toBeGreaterThan(1);
    await context.unroute(REFRESH);
    await page.clock.fastForward(LONGEST_BACKOFF);
    await isSignedIn(page);
  });
}

test('a browser that reports being offline still retries', async ({ page, context }) => {
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'onLine', { get: () => false });
    window.dispatchEvent(new Event('offline'));
  });
  await expect(page.locator('.banner.shown')).toHaveCount(0);
  const refreshes = countRefreshes(context);
  await context.route(REFRESH, (route) => route.abort());
  await outliveToken(page);
  await expect(page.locator('html')).toHaveAttribute('data-session', 'stale');
  await expect.poll(() => refreshes.count).toBeGreaterThan(1);
  await context.unroute(REFRESH);
  await page.clock.fastForward(LONGEST_BACKOFF);
  await isSignedIn(page);
  await expect(page.locator('.banner.shown')).toHaveCount(0);
});

test('a lost reply is requested again without interruption', async ({ page, context, channel }) => {
  test.skip(channel === 'moz-firefox', 'WebDriver BiDi does not name the body of a request, which is sent again here');
  let lost = 0;
  await context.route(REFRESH, async (route) => {
    if (lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  for (let renewal = 0; renewal < 2; renewal += 1) await outliveTokenAndRenew(page);
  expect(lost).toBe(1);
  await isSignedIn(page);
});

test('a sign-out while offline completes when the network is back', async ({ page, context, request }) => {
  const { refresh } = await stored(page);
  await context.setOffline(true);
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-session', 'signed-out');
  await context.setOffline(false);
  await page.clock.fastForward(LONGEST_BACKOFF);
  await expect.poll(async () => (await request.post('/api/token/verify/', { data: { token: refresh } })).status()).toBe(400);
});
