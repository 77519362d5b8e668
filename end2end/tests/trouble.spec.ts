// What can go wrong around the engine: other people, a browser that refuses, answers that do not come.
import type { Page } from '@playwright/test';
import { SERVERS } from './servers';
import { PASSWORD, countRefreshes, expect, fillSignIn, isAlive, isSignedIn, isSignedOut, open, register, stored, test } from './story';

const REFRESH = '**/rpc/session/refresh';

/** Another browser, in which another person signs in; answers what it keeps, and the name. */
async function anotherPerson(page: Page): Promise<{ username: string; pair: string }> {
  const context = await page.context().browser()!.newContext({ baseURL: new URL(page.url()).origin });
  const other = await context.newPage();
  const username = await register(other);
  const pair = JSON.stringify(await stored(other));
  await context.close();
  return { username, pair };
}

test('a form of one person is not sent again in the name of another', async ({ page, context }) => {
  await register(page);
  const { pair } = await anotherPerson(page);
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
  // Were it sent again, the form would wait for that answer too.
  await expect(button).toHaveAttribute('aria-busy', 'false');
  expect(sent).toBe(1);
});

test('a change of person in another tab is shown in this one', async ({ page, context }) => {
  await register(page);
  const other = await context.newPage();
  await open(other, '/account');
  const { username, pair } = await anotherPerson(page);
  await page.getByLabel('Current password', { exact: true }).fill('half typed');
  await other.evaluate((pair) => localStorage.setItem('hallpass', pair), pair);
  await expect(page.getByTestId('username')).toHaveText(username);
  await expect(page.getByLabel('Current password', { exact: true })).toHaveValue('');
});

test('what is typed before the page comes alive is kept', async ({ page }) => {
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

test('an account page that could not be loaded tries again', async ({ page, context }) => {
  const username = await register(page);
  await context.route('**/rpc/account/me', (route) => route.abort());
  await page.reload();
  await expect(page.getByText('The server cannot be reached. Check the connection')).toBeVisible();
  await context.unroute('**/rpc/account/me');
  await expect(page.getByTestId('username')).toHaveText(username, { timeout: 15_000 });
});

test('the way back survives a detour to registration, and does not lead to the form itself', async ({ page }) => {
  await open(page, '/sign-in?next=%2F%3Ffrom%3Dhere');
  await page.getByRole('main').getByRole('link', { name: 'Register' }).click();
  await expect(page).toHaveURL('/register?next=%2F%3Ffrom%3Dhere');
  const username = `user-${Math.random().toString(36).slice(2)}`;
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

test.describe('with tokens of two seconds', () => {
  test.use({ baseURL: SERVERS.brief.url });

  test('a browser that refuses the lock renews all the same', async ({ page }) => {
    await page.addInitScript(() => {
      navigator.locks.request = () => Promise.reject(new DOMException('denied', 'SecurityError'));
    });
    await register(page);
    await expect.poll(async () => (await stored(page)).gen, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    await isSignedIn(page);
  });

  test('a storage that is full keeps the person signed in', async ({ page }) => {
    await register(page);
    const before = await stored(page);
    const refreshes = countRefreshes(page.context());
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await expect.poll(() => refreshes.count, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    await isSignedIn(page);
    expect((await stored(page)).gen).toBe(before.gen);
    await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
    await isSignedOut(page);
    expect((await stored(page)).refresh).toBeUndefined();
  });

  test('an answer that never ends is given up and asked for again', async ({ page }) => {
    test.slow();
    await register(page);
    await page.evaluate(() => {
      const real = window.fetch;
      let hung = 0;
      window.fetch = (...request) => {
        const url = request[0] instanceof Request ? request[0].url : String(request[0]);
        if (!url.endsWith('/rpc/session/refresh') || hung > 0) return real(...request);
        hung += 1;
        const headers = { 'content-type': 'application/json' };
        return Promise.resolve(new Response(new ReadableStream({ start: () => undefined }), { headers }));
      };
    });
    await expect.poll(async () => (await stored(page)).gen, { timeout: 40_000 }).toBeGreaterThanOrEqual(1);
    await isSignedIn(page);
  });

  test('the wish of a busy server is respected however often one comes and goes', async ({ page, context }) => {
    await register(page);
    const refreshes = countRefreshes(context);
    await context.route(REFRESH, (route) => route.fulfill({ status: 503, headers: { 'retry-after': '60' }, body: 'busy' }));
    await expect.poll(() => refreshes.count, { timeout: 20_000 }).toBe(1);
    for (let visit = 0; visit < 20; visit += 1) {
      // Were it asked again, that would be before the next frame.
      await page.evaluate(() => {
        window.dispatchEvent(new Event('focus'));
        return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      });
    }
    await page.getByRole('link', { name: 'Hallpass' }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
    await expect(page.locator('html')).toHaveAttribute('data-session', 'stale');
    expect(refreshes.count).toBe(1);
  });

  test('a session that has run out says so', async ({ page }) => {
    await register(page);
    await page.evaluate(() => {
      const pair = JSON.parse(localStorage.getItem('hallpass') ?? '{}') as Record<string, unknown>;
      localStorage.setItem('hallpass', JSON.stringify({ ...pair, refresh: 'e30.e30.e30' }));
    });
    await page.reload();
    await isSignedOut(page);
    await expect(page.getByRole('main').getByRole('status')).toContainText('Your session had run out');
  });
});
