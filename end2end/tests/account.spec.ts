import { PASSWORD, expect, fillSignIn, isSignedIn, isSignedOut, open, register, test } from './story';

const NEW_PASSWORD = 'seven copper lanterns drift upstream';

test('the account page shows this session and when the access token ends', async ({ page }) => {
  await register(page);
  await expect(page.getByText(/^Chrome on \w+$/)).toBeVisible();
  await expect(page.getByText('127.0.0.1')).toBeVisible();
  await expect(page.getByTestId('countdown')).toHaveText(/^[34] min \d+ s|5 min 0 s$/);
});

test('changing the password keeps this session and ends the others, which say why', async ({ page, browser, baseURL }) => {
  const username = await register(page);
  const elsewhere = await (await browser.newContext({ baseURL })).newPage();
  await open(elsewhere, '/sign-in');
  await fillSignIn(elsewhere, username);
  await isSignedIn(elsewhere);

  await page.getByLabel('Current password', { exact: true }).fill('not my password');
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByLabel('Current password', { exact: true })).toHaveAccessibleDescription(/not your current/);

  await page.getByLabel('Current password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password was changed. All other sessions were ended.')).toBeVisible();
  await isSignedIn(page);

  await elsewhere.reload();
  await isSignedOut(elsewhere);
  await expect(elsewhere.getByRole('main').getByRole('status')).toContainText(/Your password was changed from Chrome on \w+ at \d\d:\d\d/);
  await fillSignIn(elsewhere, username, NEW_PASSWORD);
  await isSignedIn(elsewhere);
});
