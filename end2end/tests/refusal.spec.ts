// A server that rejects the tokens of a page.
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
  test(`rejection of both tokens on ${path} ends the session at once with the reason`, async ({ page, context }) => {
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
    await expect(page.getByRole('main').getByRole('status')).toContainText('Your session expired');
    await isSignedOut(page);
    expect(refreshes.count).toBe(1);
  });
}

test('rejection of both tokens on submission leads to the sign-in and back', async ({ page }) => {
  const username = await openSignedIn(page);
  await expect(page.getByTestId('username')).toHaveText(username);
  await spoilTokens(page);
  await page.getByLabel('Current password', { exact: true }).fill('whatever it was');
  await page.getByLabel('New password', { exact: true }).fill('seven copper lanterns drift upstream');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page).toHaveURL('/sign-in?next=%2Faccount');
  await expect(page.getByRole('main').getByRole('status')).toContainText('Your session expired');
});

test('a rejected access token keeps the session while the server cannot renew it', async ({ page, context }) => {
  await openSignedIn(page, '/');
  await context.route('**/rpc/account/sessions', (route) => route.fulfill(REFUSAL));
  await context.route('**/rpc/session/refresh', (route) => route.abort());
  await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
  await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(page.getByRole('main').getByRole('alert').filter({ hasText: /./ })).toContainText("Can't reach the server.");
  await isSignedIn(page);
});

test('a page that rejects a new token, too, offers the sign-in', async ({ page, context }) => {
  await openSignedIn(page);
  await context.route('**/rpc/account/sessions', (route) => route.fulfill(REFUSAL));
  await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Sessions' }).click();
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await isSignedOut(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
});

test('the reason a session ended disappears after a week', async ({ page, browser, baseURL }) => {
  await page.clock.install();
  const username = await createAccount(page.request);
  await openSignedIn(page, '/account', username);
  const telephone = await onTelephone(browser, baseURL, username);
  const { access } = await stored(telephone);
  await page.request.delete('/api/sessions/', { headers: { authorization: `Bearer ${access}` } });
  await page.reload();
  await isSignedOut(page);
  const notice = page.getByRole('main').getByRole('status');
  await expect(notice).toContainText('You were signed out');
  for (const [days, shown] of [[6, 1], [2, 0]] as const) {
    await page.clock.fastForward(days * 24 * 60 * 60 * 1000);
    await page.reload();
    await isSignedOut(page);
    await expect(notice).toHaveCount(shown);
  }
});

/** Stores tokens of the same session and times with wrong signatures. */
async function spoilTokens(page: Page): Promise<void> {
  await page.evaluate(() => {
    const pair = JSON.parse(localStorage.getItem('hallpass') ?? '{}') as Record<string, string>;
    const spoil = (token = '') => token.replace(/[^.]+$/, 'AAAA');
    const spoilt = { ...pair, access: spoil(pair.access), refresh: spoil(pair.refresh) };
    localStorage.setItem('hallpass', JSON.stringify(spoilt));
  });
}
