import { PASSWORD, createAccount, expect, isSignedIn, open, register, somebody, test } from './story';

test('a registration signs in, also after a reload', async ({ page }) => {
  const username = await register(page);
  await expect(page).toHaveURL('/account');
  await isSignedIn(page);
  await page.reload();
  await expect(page.getByTestId('username')).toHaveText(username);
});

test('the password rule is shown in advance and checked while typing', async ({ page }) => {
  await open(page, '/register');
  const password = page.getByLabel('Password', { exact: true });
  await expect(password).toHaveAccessibleDescription(/at least 15 characters/);
  await password.fill('열두 글자');
  await expect(password).toHaveAccessibleDescription(/10 more needed/);
  await password.fill(PASSWORD);
  await expect(password).toHaveAccessibleDescription(/Strength is checked/);
});

test('a weak password is rejected with advice beside the field', async ({ page }) => {
  await open(page, '/register');
  await page.getByLabel('Username').fill(somebody());
  const password = page.getByLabel('Password', { exact: true });
  await password.fill('passwordpassword');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(password).toHaveAccessibleDescription(/too easy to guess/);
  await expect(password).toHaveAttribute('aria-invalid', 'true');
  await expect(password).toBeFocused();
});

test('a taken username is rejected beside its field, and the input is kept', async ({ page, request }) => {
  const username = await createAccount(request);
  await open(page, '/register');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByLabel('Username')).toHaveAccessibleDescription(/already exists/);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue(PASSWORD);
});

test('a password can be shown, pasted and filled by a password manager', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, '/register');
  const password = page.getByLabel('Password', { exact: true });
  await expect(password).toHaveAttribute('autocomplete', 'new-password');
  await page.evaluate((text) => navigator.clipboard.writeText(text), PASSWORD);
  await password.focus();
  await page.keyboard.press('Control+V');
  await expect(password).toHaveValue(PASSWORD);
  await expect(password).toHaveAttribute('type', 'password');
  await page.getByRole('button', { name: 'Show password' }).click();
  await expect(password).toHaveAttribute('type', 'text');
  await page.getByRole('button', { name: 'Hide password' }).click();
  await expect(password).toHaveAttribute('type', 'password');
});
