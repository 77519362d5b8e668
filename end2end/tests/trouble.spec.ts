// Failures around the engine: other users, missing browser features, lost responses.
import type { APIRequestContext } from '@playwright/test';
import {
  LONGEST_BACKOFF,
  PASSWORD,
  countRefreshes,
  createAccount,
  expect,
  fillSignIn,
  isAlive,
  isSignedIn,
  isSignedOut,
  obtainPair,
  open,
  openSignedIn,
  outliveToken,
  somebody,
  stored,
  test,
} from './story';

const REFRESH = '**/rpc/session/refresh';

/** How long a tab waits for the lock holder, milliseconds (`PATIENCE` in `session/turn.rs`). */
const PATIENCE = 2000;

/** The timeout of a request, milliseconds (`ATTEMPT_SECONDS` in `crates/leptos/src/client.rs`). */
const ATTEMPT = 20_000;

/** Another user's name, and the stored pair of a browser in which that user signs in. */
async function anotherPerson(request: APIRequestContext): Promise<{ username: string; pair: string }> {
  const username = await createAccount(request);
  return { username, pair: JSON.stringify(await obtainPair(request, username)) };
}

test('a form of one user is not repeated as another user', async ({ page, context, request }) => {
  await openSignedIn(page);
  const { pair } = await anotherPerson(request);
  let sent = 0;
  await context.route('**/rpc/account/change_password', async (route) => {
    sent += 1;
    await page.evaluate((pair) => localStorage.setItem('hallpass', pair), pair);
    await route.fulfill({ status: 401, json: { code: 'token_not_valid', message: 'You are not signed in.' } });
  });
  await page.getByLabel('Current password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill('seven copper lanterns drift upstream');
  const button = page.getByRole('button', { name: 'Change password' });
  await button.click();
  await expect.poll(() => sent).toBe(1);
  // If it were sent again, the form would wait for that response, too.
  await expect(button).toHaveAttribute('aria-busy', 'false');
  expect(sent).toBe(1);
});

test('a change of user in another tab is shown in this one', async ({ page, context, request }) => {
  await openSignedIn(page);
  const other = await context.newPage();
  await open(other, '/account');
  const { username, pair } = await anotherPerson(request);
  await page.getByLabel('Current password', { exact: true }).fill('half typed');
  await other.evaluate((pair) => localStorage.setItem('hallpass', pair), pair);
  await expect(page.getByTestId('username')).toHaveText(username);
  await expect(page.getByLabel('Current password', { exact: true })).toHaveValue('');
});

test('input before hydration is kept', async ({ page }) => {
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await page.getByLabel('Username').fill('early.bird');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  goOn();
  await isAlive(page);
  await expect(page.getByLabel('Username')).toHaveValue('early.bird');
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue(PASSWORD);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toHaveText(/do not match an active account/);
});

test('an account page that failed to load retries', async ({ page, context }) => {
  await page.clock.install();
  await context.route('**/rpc/account/me', (route) => route.abort());
  const username = await openSignedIn(page);
  await expect(page.getByText("Can't reach the server. Check your connection")).toBeVisible();
  await context.unroute('**/rpc/account/me');
  await page.clock.fastForward(LONGEST_BACKOFF);
  await expect(page.getByTestId('username')).toHaveText(username);
});

test('the return URL survives a detour to the registration and never is the form itself', async ({ page }) => {
  await open(page, '/sign-in?next=%2F%3Ffrom%3Dhere');
  await page.getByRole('main').getByRole('link', { name: 'Create account' }).click();
  await expect(page).toHaveURL('/register?next=%2F%3Ffrom%3Dhere');
  const username = somebody();
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page).toHaveURL('/?from=here');
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await isSignedOut(page);
  await open(page, '/sign-in?next=%2Fsign-in');
  await fillSignIn(page, username);
  await expect(page).toHaveURL('/account');
});

test.describe('when the access token ends', () => {
  test.beforeEach(({ page }) => page.clock.install());

  test('a browser that refuses locks still renews', async ({ page }) => {
    await page.addInitScript(() => {
      Object.assign(navigator.locks ?? {}, { request: () => Promise.reject(new DOMException('denied', 'SecurityError')) });
    });
    await openSignedIn(page);
    for (let renewal = 1; renewal <= 2; renewal += 1) {
      await outliveToken(page);
      await page.clock.runFor(PATIENCE);
      await expect.poll(async () => (await stored(page)).gen).toBe(renewal);
    }
    await isSignedIn(page);
  });

  test('a response that never ends times out and is requested again', async ({ page }) => {
    await openSignedIn(page);
    await page.evaluate(() => {
      const real = window.fetch;
      Object.assign(window, { hung: 0 });
      const counter = window as unknown as { hung: number };
      window.fetch = (...request) => {
        const url = request[0] instanceof Request ? request[0].url : String(request[0]);
        if (!url.endsWith('/rpc/session/refresh') || counter.hung > 0) return real(...request);
        counter.hung += 1;
        const headers = { 'content-type': 'application/json' };
        return Promise.resolve(new Response(new ReadableStream({ start: () => undefined }), { headers }));
      };
    });
    await outliveToken(page);
    await expect.poll(() => page.evaluate(() => (window as unknown as { hung: number }).hung)).toBe(1);
    await page.clock.fastForward(ATTEMPT);
    await expect.poll(async () => (await stored(page)).gen).toBe(1);
    await isSignedIn(page);
  });

  test('Retry-After of a busy server is respected across navigation', async ({ page, context }) => {
    await openSignedIn(page);
    await expect(page.getByTestId('countdown')).toBeVisible();
    const refreshes = countRefreshes(context);
    await context.route(REFRESH, (route) => route.fulfill({ status: 503, headers: { 'retry-after': '200' }, body: 'busy' }));
    await outliveToken(page);
    await expect(page.locator('html')).toHaveAttribute('data-session', 'stale');
    for (let visit = 0; visit < 20; visit += 1) await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await page.getByRole('link', { name: 'Hallpass' }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
    // A premature request would be sent within this time.
    await page.clock.runFor(20_000);
    await expect(page.locator('html')).toHaveAttribute('data-session', 'stale');
    expect(refreshes.count).toBe(1);
    // The engine adds at most half of the delay.
    await page.clock.fastForward(300_000);
    await expect.poll(() => refreshes.count).toBe(2);
  });

  test('an expired session is explained', async ({ page }) => {
    await openSignedIn(page);
    await page.evaluate(() => {
      const pair = JSON.parse(localStorage.getItem('hallpass') ?? '{}') as Record<string, unknown>;
      localStorage.setItem('hallpass', JSON.stringify({ ...pair, refresh: 'e30.e30.e30' }));
    });
    await outliveToken(page);
    await page.reload();
    await isSignedOut(page);
    await expect(page.getByRole('main').getByRole('status')).toContainText('Your session expired');
  });
});
