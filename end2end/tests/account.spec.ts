import { PASSWORD, TIME, claims, expect, fillSignIn, inAnotherBrowser, isSignedIn, isSignedOut, openSignedIn, stored, test } from './story';

const NEW_PASSWORD = 'seven copper lanterns drift upstream';

test('the account page shows this session and the expiry of the access token', async ({ page }) => {
  await page.clock.install();
  await openSignedIn(page);
  await expect(page.getByText(/^Chrome on \w+$/)).toBeVisible();
  await expect(page.getByText('127.0.0.1')).toBeVisible();
  const { exp } = claims((await stored(page)).access);
  await page.clock.pauseAt(Number(exp) * 1000 - 90_000);
  await expect(page.getByTestId('countdown')).toHaveText('1 min 30 s');
});

test('changing the password keeps this session and ends the others, which show the reason', async ({ page, browser, baseURL }) => {
  const username = await openSignedIn(page);
  const elsewhere = await inAnotherBrowser(browser, baseURL, username);

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
  await expect(elsewhere.getByRole('main').getByRole('status')).toContainText(
    new RegExp(String.raw`Your password was changed from Chrome on \w+ at ${TIME}`),
  );
  await fillSignIn(elsewhere, username, NEW_PASSWORD);
  await isSignedIn(elsewhere);
});
