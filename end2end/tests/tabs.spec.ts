import { expect, fillSignIn, isSignedIn, isSignedOut, open, openSignedIn, test } from './story';

test('a sign-out in one tab signs out the others', async ({ page, context }) => {
  await openSignedIn(page);
  const others = [await context.newPage(), await context.newPage()];
  for (const other of others) {
    await open(other, '/account');
    await isSignedIn(other);
  }
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  for (const tab of [page, ...others]) {
    await isSignedOut(tab);
    await expect(tab).toHaveURL(/\/sign-in/);
  }
});

test('a sign-in in one tab signs in the others, which follow their return URLs', async ({ page, context }) => {
  const username = await openSignedIn(page);
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  const other = await context.newPage();
  await open(other, '/account');
  await expect(other).toHaveURL('/sign-in?next=%2Faccount');
  await fillSignIn(page, username);
  await expect(other.getByTestId('username')).toHaveText(username);
  await expect(other).toHaveURL('/account');
});
