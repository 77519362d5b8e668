// Access tokens are renewed before they expire, once for all tabs, without failing calls.
import type { Locator, Page } from '@playwright/test';
import { SERVERS } from './servers';
import { LIFETIME, countRefreshes, createAccount, expect, isSignedIn, open, openSignedIn, outliveToken, stored, test } from './story';

const REFRESH = '/rpc/session/refresh';
const ROUNDS = 9;

test('five tabs renew each access token with one refresh, after half of its lifetime, and answer every call', async ({
  page,
  context,
  channel,
}) => {
  // The clock of all tabs stands still unless this test advances it, so that no tab times out while a slow server
  // answers.
  await context.clock.install();
  const username = await openSignedIn(page);
  const tabs = [page, ...(await Promise.all([1, 2, 3, 4].map(() => context.newPage())))];
  await Promise.all(tabs.slice(1).map((tab) => open(tab, '/account')));
  for (const tab of tabs) await expect(tab.getByTestId('username')).toHaveText(username);
  await context.clock.pauseAt(Date.now() + LIFETIME / 5);
  const presented: string[] = [];
  context.on('request', (request) => request.url().endsWith(REFRESH) && presented.push(request.postData() ?? ''));
  const signOuts: string[] = [];
  for (const tab of tabs) tab.on('framenavigated', (frame) => frame.url().includes('sign-in') && signOuts.push(frame.url()));

  for (let round = 1; round <= ROUNDS; round += 1) {
    await outliveToken(page);
    for (const tab of tabs) await expect.poll(async () => (await stored(tab)).gen).toBe(round);
    // Tabs that wait for the lock read storage every 40 ms.
    await context.clock.runFor(100);

    await follow(tabs, (tab) => tab.getByRole('link', { name: 'Hallpass' }));
    await runUntilShown(tabs, (tab) => tab.locator('.pass strong'), username);
    await follow(tabs, (tab) => tab.getByRole('navigation').getByRole('link', { name: 'Account' }));
    await runUntilShown(tabs, (tab) => tab.getByTestId('username'), username);
    // A tab that renewed after half of the lifetime would make the final counts too high.
    await context.clock.fastForward(LIFETIME / 2);
  }

  expect(signOuts).toEqual([]);
  for (const tab of tabs) await isSignedIn(tab);
  expect((await stored(page)).gen).toBe(ROUNDS);
  expect(presented).toHaveLength(ROUNDS);
  // WebDriver BiDi does not report the body of a request.
  if (channel !== 'moz-firefox') expect(new Set(presented).size, 'tokens that were presented').toBe(ROUNDS);
});

test('a tab reopened after the expiry renews', async ({ page, context }) => {
  await context.clock.install();
  const username = await openSignedIn(page);
  const before = await stored(page);
  await page.goto('about:blank');
  await outliveToken(page);
  const again = await context.newPage();
  await open(again, '/account');
  await expect(again.getByTestId('username')).toHaveText(username);
  expect((await stored(again)).gen).toBe(before.gen + 1);
});

test('a rejected call is repeated once with a renewed token', async ({ page, context }) => {
  const username = await openSignedIn(page, '/');
  const { access } = await stored(page);
  const refreshes = countRefreshes(context);
  const sent: (string | undefined)[] = [];
  await context.route('**/rpc/account/me', (route) => {
    sent.push(route.request().headers().authorization);
    if (sent.length > 1) return route.continue();
    return route.fulfill({ status: 401, json: { code: 'token_not_valid', message: 'You are not signed in.' } });
  });
  await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
  await expect(page.getByTestId('username')).toHaveText(username);
  expect(sent).toEqual([`Bearer ${access}`, `Bearer ${(await stored(page)).access}`]);
  expect(refreshes.count).toBe(1);
  expect((await stored(page)).gen).toBe(1);
});

test.describe('with tokens of two seconds', () => {
  test.use({ baseURL: SERVERS.brief.url });

  test('tabs renew on the real clock, and every call is answered', async ({ page, context, request }) => {
    const username = await createAccount(request);
    await openSignedIn(page, '/account', username);
    const tabs = [page, await context.newPage()];
    await open(tabs[1]!, '/account');
    do {
      for (const tab of tabs) {
        await tab.getByRole('link', { name: 'Hallpass' }).click();
        await expect(tab.locator('.pass strong')).toHaveText(username);
        await tab.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
        await expect(tab.getByTestId('username')).toHaveText(username);
      }
    } while ((await stored(page)).gen < 3);
    for (const tab of tabs) await isSignedIn(tab);
  });
});

/** Clicks a link in every tab by an event: a real click waits for frames, which background tabs rarely render. */
async function follow(tabs: Page[], link: (tab: Page) => Locator): Promise<void> {
  await Promise.all(tabs.map((tab) => link(tab).dispatchEvent('click')));
}

/** Advances the clock in small steps until every tab shows the text. */
async function runUntilShown(tabs: Page[], place: (tab: Page) => Locator, text: string): Promise<void> {
  const shown = async () => {
    await tabs[0]!.clock.runFor(5);
    return Promise.all(tabs.map((tab) => place(tab).allInnerTexts()));
  };
  await expect.poll(shown, { intervals: [1] }).toEqual(tabs.map(() => [text]));
}
