// A server that refuses the tokens that a page holds.
import type { Page } from '@playwright/test';
import {
  countRefreshes,
  createAccount,
  expect,
  isSignedIn,
  isSignedOut,
  obtainPair,
  onTelephone,
  open,
  openSignedIn,
  stored,
  test,
} from './story';

const REFUSAL = { status: 401, json: { code: 'token_not_valid', message: 'You are not signed in.' } };

for (const path of ['/account', '/account/sessions', '/']) {
  test(`both tokens refused on ${path}: the session is over at once, with the reason`, async ({ page, context }) => {
    await page.goto('/offline.html');
    const pair = await obtainPair(page.request, await createAccount(page.request));
    await page.evaluate((pair) => localStorage.setItem('hallpass', JSON.stringify(pair)), pair);
    await spoilTokens(page);
    const refreshes = countRefreshes(context);
    await open(page, path);
    await isSignedOut(page);
    expect(refreshes.count).toBe(1);
    expect((await stored(page)).access).toBeUndefined();
    await page.goto('/sign-in');
    await expect(page.getByRole('main').getByRole('status')).toContainText('Your session had run out');
    await isSignedOut(page);
    expect(refreshes.count).toBe(1);
  });
}

test('both tokens refused when a form is sent: the page leads to the sign-in and back', async ({ page }) => {
  const username = await openSignedIn(page);
  await expect(page.getByTestId('username')).toHaveText(username);
  await spoilTokens(page);
  await page.getByLabel('Current password', { exact: true }).fill('whatever it was');
  await page.getByLabel('New password', { exact: true }).fill('seven copper lanterns drift upstream');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page).toHaveURL('/sign-in?next=%2Faccount');
  await expect(page.getByRole('main').getByRole('status')).toContainText('Your session had run out');
});

test('an access token refused while the server cannot renew it keeps the session', async ({ page, context }) => {
  await openSignedIn(page, '/');
  await context.route('**/rpc/account/sessions', (route) => route.fulfill(REFUSAL));
  await context.route('**/rpc/session/refresh', (route) => route.abort());
  await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
  await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(page.getByRole('main').getByRole('alert').filter({ hasText: /./ })).toContainText('The server cannot be reached.');
  await isSignedIn(page);
});

test('a page that is refused with a new token too offers the sign-in', async ({ page, context }) => {
  await openSignedIn(page);
  await context.route('**/rpc/account/sessions', (route) => route.fulfill(REFUSAL));
  await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Sessions' }).click();
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await isSignedOut(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
});

test('word of how a session ended is gone after some days', async ({ page, browser, baseURL }) => {
  await page.clock.install();
  const username = await createAccount(page.request);
  await openSignedIn(page, '/account', username);
  const telephone = await onTelephone(browser, baseURL, username);
  const { access } = await stored(telephone);
  await page.request.delete('/api/sessions/', { headers: { authorization: `Bearer ${access}` } });
  await page.reload();
  await isSignedOut(page);
  const notice = page.getByRole('main').getByRole('status');
  await expect(notice).toContainText('This session was ended');
  for (const [days, shown] of [[6, 1], [2, 0]] as const) {
    await page.clock.fastForward(days * 24 * 60 * 60 * 1000);
    await page.reload();
    await isSignedOut(page);
    await expect(notice).toHaveCount(shown);
  }
});

/** Stores tokens of the same session and times whose signatures are wrong. */
async function spoilTokens(page: Page): Promise<void> {
  await page.evaluate(() => {
    const pair = JSON.parse(localStorage.getItem('hallpass') ?? '{}') as Record<string, string>;
    const spoil = (token = '') => token.replace(/[^.]+$/, 'AAAA');
    const spoilt = { ...pair, access: spoil(pair.access), refresh: spoil(pair.refresh) };
    localStorage.setItem('hallpass', JSON.stringify(spoilt));
  });
}
