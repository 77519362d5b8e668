import { expect, fillSignIn, open, openSignedIn, test } from './story';

const CHUNK = '**/pkg/split_person.*.wasm';

test('who only signs in does not download the account', async ({ page }) => {
  const downloads: string[] = [];
  page.on('request', (request) => downloads.push(new URL(request.url()).pathname));
  await open(page, '/sign-in');
  expect(downloads.filter((path) => path.endsWith('.wasm'))).toEqual([expect.stringMatching(/^\/pkg\/hallpass\./)]);
  // The form needs more, and not that.
  await fillSignIn(page, 'nobody-at-all', 'not the password');
  await expect(page.getByRole('alert')).not.toBeEmpty();
  expect(downloads.filter((path) => path.startsWith('/pkg/split_person.'))).toEqual([]);
});

test('a page that could not be downloaded says so, and is there at the next try', async ({ page, context }) => {
  await context.route(CHUNK, (route) => route.abort());
  await openSignedIn(page, '/');
  await page.getByRole('main').getByRole('link', { name: 'Your account' }).click();
  await expect(page.getByRole('alert')).toContainText('This page could not be downloaded.');
  await context.unroute(CHUNK);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('username')).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: 'downloaded' })).toHaveCount(0);
});
