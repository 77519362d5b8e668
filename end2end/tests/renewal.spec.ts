import type { Page } from '@playwright/test';
import { SERVERS } from './servers';
import { countRefreshes, expect, isSignedIn, open, register, stored, test } from './story';

test.use({ baseURL: SERVERS.brief.url });

/** Goes back and forth between pages, each of which calls the server, and misses nothing. */
async function useFor(page: Page, milliseconds: number, username: string): Promise<number> {
  const end = Date.now() + milliseconds;
  let calls = 0;
  while (Date.now() < end) {
    await page.getByRole('link', { name: 'Hallpass' }).click();
    await expect(page.locator('.pass strong')).toHaveText(username);
    await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
    await expect(page.getByTestId('username')).toHaveText(username);
    calls += 1;
  }
  return calls;
}

test('tokens of two seconds: calls go on unbroken for 20 s, one refresh per expiry across five tabs', async ({
  page,
  context,
}) => {
  test.slow();
  const username = await register(page);
  const tabs = [page, ...(await Promise.all([1, 2, 3, 4].map(() => context.newPage())))];
  await Promise.all(tabs.slice(1).map((tab) => open(tab, '/account')));
  const before = (await stored(page)).gen;
  const refreshes = countRefreshes(context);
  const signOuts: string[] = [];
  for (const tab of tabs) tab.on('framenavigated', (frame) => frame.url().includes('sign-in') && signOuts.push(frame.url()));

  const begun = Date.now();
  const calls = await Promise.all(tabs.map((tab) => useFor(tab, 20_000, username)));

  expect(signOuts).toEqual([]);
  for (const tab of tabs) await isSignedIn(tab);
  expect(Math.min(...calls)).toBeGreaterThan(5);
  const rotations = (await stored(page)).gen - before;
  expect(rotations).toBeGreaterThanOrEqual(9);
  // Each refresh advanced the session: no two tabs asked for the same. One may be under way.
  const unanswered = async () => refreshes.count - ((await stored(page)).gen - before);
  await expect.poll(unanswered).toBeLessThanOrEqual(1);
  // And not before half of a token's life had passed; `iat` and `exp` are whole seconds, so that a life
  // of two is one and a half on average.
  expect(refreshes.count).toBeLessThanOrEqual(((Date.now() - begun) / 1000) * 1.34 + 2);
});

test('a tab that was closed past the expiry renews when it is opened again', async ({ page, context }) => {
  const username = await register(page);
  const before = await stored(page);
  await page.goto('about:blank');
  await expect.poll(() => Date.now() / 1000 > claims(before.access).exp, { timeout: 10_000 }).toBe(true);
  const again = await context.newPage();
  await open(again, '/account');
  await expect(again.getByTestId('username')).toHaveText(username);
  expect((await stored(again)).gen).toBeGreaterThan(before.gen);
});

function claims(token: string): { exp: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number };
}
