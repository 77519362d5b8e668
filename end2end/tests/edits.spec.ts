// Unsaved input survives everything that happens on the page.
import type { Page } from '@playwright/test';
import {
  LONGEST_BACKOFF,
  createAccount,
  expect,
  isSignedIn,
  obtainPair,
  openSignedIn,
  outliveToken,
  somebody,
  test,
} from './story';

/** Disconnects until the access token has expired, reconnects, and waits for a new answer to `question`. */
async function reconnect(page: Page, question: string): Promise<void> {
  await page.route('**/rpc/**', (route) => route.abort());
  await outliveToken(page);
  await expect(page.locator('html')).toHaveAttribute('data-session', 'stale');
  await page.unroute('**/rpc/**');
  const answered = page.waitForResponse(`**/rpc/${question}`);
  await page.clock.fastForward(LONGEST_BACKOFF);
  await isSignedIn(page);
  await (await answered).finished();
  await expect(page.locator('.progress')).toBeEmpty();
}

/** Opens the page of a new user. */
async function openUser(page: Page, boss: string): Promise<string> {
  const username = await createAccount(page.request);
  await openSignedIn(page, `/admin/users?search=${username}`, boss);
  await page.getByRole('link', { name: username }).click();
  await expect(page.getByTestId('user')).toHaveText(username);
  return username;
}

test('an edited e-mail address survives a reconnect', async ({ page }) => {
  await page.clock.install();
  await openSignedIn(page);
  await page.getByRole('button', { name: 'Edit' }).click();
  const email = page.getByLabel('Email');
  await email.fill('half@typed');
  await reconnect(page, 'account/me');
  await expect(email).toHaveValue('half@typed');
  await expect(email).toBeFocused();
});

test('a typed password survives a reconnect', async ({ page }) => {
  await page.clock.install();
  await openSignedIn(page);
  const password = page.getByLabel('New password', { exact: true });
  await password.fill('half typed');
  await reconnect(page, 'account/me');
  await expect(password).toHaveValue('half typed');
  await expect(password).toBeFocused();
});

test.describe('on the page of a user', () => {
  test('edits survive a reconnect that loads changes', async ({ page, boss }) => {
    await page.clock.install();
    const username = await openUser(page, boss);
    await page.getByLabel('Username', { exact: true }).fill(`${username}-renamed`);
    await page.getByLabel(/\(staff\)/).check();
    await page.getByLabel('New password', { exact: true }).fill('half typed');
    const email = `${username}@example.org`;
    await changeAsSomebodyElse(page, boss, email);
    await reconnect(page, 'admin/user');
    await expect(page.getByRole('definition').filter({ hasText: email })).toBeVisible();
    await expect(page.getByLabel('Username', { exact: true })).toHaveValue(`${username}-renamed`);
    await expect(page.getByLabel(/\(staff\)/)).toBeChecked();
    await expect(page.getByLabel('New password', { exact: true })).toHaveValue('half typed');
    await expect(page.getByLabel('New password', { exact: true })).toBeFocused();
    // Concurrent changes are not reverted.
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByTestId('user')).toHaveText(`${username}-renamed`);
    await expect(page.getByRole('definition').filter({ hasText: email })).toBeVisible();
  });

  test('edits survive a deactivation, an activation and the end of sessions', async ({ page, boss }) => {
    const username = await openUser(page, boss);
    await page.getByLabel('Email', { exact: true }).fill('half@typed');
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
    await expect(page.getByText(`${username} was deactivated.`)).toBeVisible();
    await expect(page.getByLabel('Email', { exact: true })).toHaveValue('half@typed');
    await page.getByRole('button', { name: 'Activate' }).click();
    await expect(page.getByText(`${username} was activated.`)).toBeVisible();
    await expect(page.getByLabel('Email', { exact: true })).toHaveValue('half@typed');
  });

  test('a second save does not revert concurrent changes', async ({ page, boss }) => {
    const username = await openUser(page, boss);
    const email = `${username}@example.org`;
    await page.getByLabel('Email', { exact: true }).fill(email);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('definition').filter({ hasText: email })).toBeVisible();
    await changeAsSomebodyElse(page, boss, `else.${email}`);
    await page.getByLabel(/\(staff\)/).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('definition').filter({ hasText: 'Staff' })).toBeVisible();
    await expect(page.getByRole('definition').filter({ hasText: `else.${email}` })).toBeVisible();
  });
});

/** Changes the e-mail address of the user whose page is open, through the API. */
async function changeAsSomebodyElse(page: Page, boss: string, email: string): Promise<void> {
  const { access } = await obtainPair(page.request, boss);
  const user = `/api/admin/users/${new URL(page.url()).pathname.split('/').pop()}/`;
  const answer = await page.request.patch(user, { headers: { authorization: `Bearer ${access}` }, data: { email } });
  expect(answer.status()).toBe(200);
}
