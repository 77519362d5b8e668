// A user's security events.
import type { APIRequestContext, Page } from '@playwright/test';
import { PASSWORD, createAccount, expect, open, openSignedIn, test } from './story';

test('security events are shown as sentences by day, newest first', async ({ page, request }) => {
  const begun = Date.now();
  const username = await openSignedIn(page);
  for (let attempt = 0; attempt < 3; attempt += 1) await signIn(request, username, 'not the password');
  await page.getByLabel('Current password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill('seven copper lanterns drift upstream');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password was changed.')).toBeVisible();
  // Failed sign-ins are counted per hour and written every five seconds.
  await expect.poll(async () => refused(await sentences(page)), { intervals: [1000] }).toBe(3);
  const shown = await sentences(page);
  expect(shown.filter((sentence) => !/failed/.test(sentence))).toEqual([
    'Password changed',
    'Signed in',
    'Account created',
  ]);
  const times = await page.locator('.timeline time').evaluateAll((times) => times.map((time) => Date.parse(time.getAttribute('datetime')!)));
  // Events have a resolution of one second.
  for (const time of times) expect(time).toBeGreaterThan(begun - 1000);
  for (const time of times) expect(time).toBeLessThanOrEqual(Date.now());
  const days = await page.evaluate((times) => times.map((time) => new Date(time).toLocaleDateString('en-GB', { dateStyle: 'full' })), times);
  await expect(page.getByRole('heading', { level: 3 })).toHaveText([...new Set(days)]);
  await expect(page.getByRole('listitem').filter({ hasText: 'Signed in' })).toContainText(/127\.0\.0\.1 · Chrome on \w+/);
});

test('security events are paged', async ({ page, request }) => {
  const username = await createAccount(request);
  const visit = async () => {
    const { refresh } = await (await signIn(request, username)).json();
    await request.post('/api/token/blacklist/', { data: { refresh } });
  };
  await Promise.all(Array.from({ length: 11 }, visit));
  await openSignedIn(page, '/account/security', username);
  const events = page.locator('.timeline > li');
  const pager = page.getByRole('navigation', { name: 'Pages' });
  await expect(pager).toContainText('Page 1 of 2');
  await expect(pager.getByRole('button', { name: 'Previous' })).toBeDisabled();
  await expect(events).toHaveCount(20);
  await pager.getByRole('button', { name: 'Next' }).click();
  await expect(pager).toContainText('Page 2 of 2');
  await expect(events.last()).toContainText('Account created');
  await expect(pager.getByRole('button', { name: 'Next' })).toBeDisabled();
  await pager.getByRole('button', { name: 'Previous' }).click();
  await expect(events).toHaveCount(20);
});

test('the security page links to the password form', async ({ page }) => {
  await openSignedIn(page, '/account/security');
  await page.getByRole('main').getByRole('link', { name: 'Change password' }).click();
  await expect(page).toHaveURL('/account#password');
  await expect(page.getByRole('heading', { name: 'Password' })).toBeInViewport();
});

function signIn(request: APIRequestContext, username: string, password = PASSWORD) {
  return request.post('/api/token/', { data: { username, password } });
}

async function sentences(page: Page): Promise<string[]> {
  await open(page, '/account/security');
  await expect(page.locator('.timeline').first()).toBeVisible();
  return page.locator('.timeline > li > p:not(.meta)').allInnerTexts();
}

/** The number of failed sign-ins in the sentences; those of one hour share a sentence. */
function refused(sentences: string[]): number {
  const several = /^(\d+) failed sign-ins, the last at .+\d\d:\d\d$/;
  const counts = sentences.map((sentence) => (sentence === 'Sign-in failed' ? 1 : Number(several.exec(sentence)?.[1] ?? 0)));
  return counts.reduce((sum, count) => sum + count, 0);
}
