import { expect, open, register, test } from './story';

const CHUNK = '**/pkg/split_person.*.wasm';

test('who only signs in does not download the account', async ({ page }) => {
  const downloads: string[] = [];
  page.on('request', (request) => downloads.push(new URL(request.url()).pathname));
  await open(page, '/sign-in');
  expect(downloads.filter((path) => path.endsWith('.wasm'))).toEqual([expect.stringMatching(/^\/pkg\/hallpass\./)]);
});

test('a page that could not be downloaded says so, and is there at the next try', async ({ page, context }) => {
  await register(page);
  await open(page, '/');
  await context.route(CHUNK, (route) => route.abort());
  await page.reload();
  await page.getByRole('main').getByRole('link', { name: 'Your account' }).click();
  await expect(page.getByRole('alert')).toContainText('This page could not be downloaded.');
  await context.unroute(CHUNK);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('username')).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: 'downloaded' })).toHaveCount(0);
});
