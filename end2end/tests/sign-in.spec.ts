import {
  PASSWORD,
  createAccount,
  expect,
  fillSignIn,
  isSignedIn,
  isSignedOut,
  obtainPair,
  open,
  openSignedIn,
  register,
  stored,
  test,
} from './story';

test('a user can sign out and in again', async ({ page }) => {
  const username = await openSignedIn(page);
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await isSignedOut(page);
  await expect(page).toHaveURL(/\/sign-in/);
  await fillSignIn(page, username);
  await expect(page.getByTestId('username')).toHaveText(username);
});

test('a wrong password is rejected without revealing whether the username exists', async ({ page }) => {
  await open(page, '/sign-in');
  await fillSignIn(page, 'nobody-at-all', 'not the password');
  await expect(page.getByRole('alert')).toHaveText(/do not match an active account/);
  await expect(page.getByLabel('Username')).toHaveValue('nobody-at-all');
  await isSignedOut(page);
});

test('a protected page asked for while signed out returns there after sign-in', async ({ page, request }) => {
  const username = await createAccount(request);
  await open(page, '/account');
  await expect(page).toHaveURL('/sign-in?next=%2Faccount');
  await fillSignIn(page, username);
  await expect(page).toHaveURL('/account');
  await expect(page.getByTestId('username')).toHaveText(username);
});

test('the sign-in does not redirect to another site', async ({ page }) => {
  const username = await openSignedIn(page);
  for (const next of ['//evil.example', '/%5Cevil.example', 'https://evil.example']) {
    await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
    await isSignedOut(page);
    await open(page, `/sign-in?next=${next}`);
    await fillSignIn(page, username);
    await expect(page).toHaveURL('/account');
  }
});

test('storage holds the pair in one key and no other user data', async ({ page }) => {
  await register(page);
  const keys = await page.evaluate(() => Object.keys(localStorage));
  expect(keys).toEqual(['hallpass']);
  const pair = await stored(page);
  expect(Object.keys(pair).sort()).toEqual(['access', 'gen', 'received_at', 'refresh', 'sid', 'skew', 'v']);
  expect(await page.evaluate(() => document.cookie)).toBe('');
  expect(JSON.stringify(pair)).not.toContain(PASSWORD);
});

test('a new sign-in ends the session it replaces in this browser', async ({ page, request }) => {
  const username = await createAccount(request);
  const old = await obtainPair(request, username);
  // As if the form had been open while another tab signed in.
  await open(page, '/sign-in');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  // In one step, so that the page does not see the pair before the form is sent.
  await page.evaluate((pair) => {
    localStorage.setItem('hallpass', JSON.stringify(pair));
    document.querySelector<HTMLFormElement>('main form')!.requestSubmit();
  }, old);
  await isSignedIn(page);
  await expect
    .poll(async () => (await request.get('/api/me/', { headers: { authorization: `Bearer ${old.access}` } })).status())
    .toBe(401);
});

test('signing out revokes the access token at once', async ({ page, request }) => {
  await openSignedIn(page);
  const { access } = await stored(page);
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await isSignedOut(page);
  const headers = { authorization: `Bearer ${access}` };
  await expect.poll(async () => (await request.get('/api/me/', { headers })).status()).toBe(401);
  const tombstone = await stored(page);
  expect(tombstone.signed_out).toBeGreaterThan(0);
  expect(tombstone.access).toBeUndefined();
});
