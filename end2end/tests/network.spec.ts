import { SERVERS } from './servers';
import { countRefreshes, expect, isSignedIn, register, stored, test } from './story';

test.use({ baseURL: SERVERS.brief.url });

const REFRESH = '**/rpc/session/refresh';

test('offline keeps the session, says so, and goes on by itself', async ({ page, context }) => {
  await register(page);
  await context.setOffline(true);
  await expect(page.locator('html')).toHaveAttribute('data-session', 'stale', { timeout: 15_000 });
  await expect(page.getByText('You are offline. You stay signed in')).toBeVisible();
  await expect(page).toHaveURL('/account');
  await context.setOffline(false);
  await isSignedIn(page);
  await expect(page.getByText('You are offline')).toBeHidden();
});

for (const [what, answer] of [
  ['a 503', { status: 503, contentType: 'application/json', body: '{"code":"unavailable","message":"Try again."}' }],
  ["a proxy's 502 page", { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }],
  ['a 429', { status: 429, headers: { 'retry-after': '1' }, body: 'slow down' }],
  ['the sign-in page of a network', { status: 200, contentType: 'text/html', body: '<h1>Welcome to the hotel</h1>' }],
] as const) {
  test(`${what} keeps the session and is tried again`, async ({ page, context }) => {
    await register(page);
    const refreshes = countRefreshes(context);
    await context.route(REFRESH, (route) => route.fulfill(answer));
    await expect(page.locator('html')).toHaveAttribute('data-session', 'stale', { timeout: 15_000 });
    await expect(page.getByText('The server cannot be reached. You stay signed in.')).toBeVisible();
    await expect(page).toHaveURL('/account');
    await expect.poll(() => refreshes.count).toBeGreaterThan(1);
    await context.unroute(REFRESH);
    await isSignedIn(page);
  });
}

test('a lost reply is asked for again and nobody notices', async ({ page, context }) => {
  await register(page);
  let lost = 0;
  await context.route(REFRESH, async (route) => {
    if (lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  await expect.poll(async () => (await stored(page)).gen, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
  expect(lost).toBe(1);
  await isSignedIn(page);
});

test('signing out while offline is finished when the network is back', async ({ page, context, request }) => {
  await register(page);
  const { refresh } = await stored(page);
  await context.setOffline(true);
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-session', 'signed-out');
  await context.setOffline(false);
  await expect
    .poll(async () => (await request.post('/api/token/verify/', { data: { token: refresh } })).status(), { timeout: 20_000 })
    .toBe(400);
});
