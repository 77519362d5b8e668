// Local storage that is full, blocked or cleared.
import type { Page } from '@playwright/test';
import { SERVERS } from './servers';
import {
  countRefreshes,
  createAccount,
  expect,
  fillSignIn,
  isSignedIn,
  isSignedOut,
  open,
  openSignedIn,
  outliveToken,
  outliveTokenAndRenew,
  signOutButton,
  statusOf,
  stored,
  test,
} from './story';

test.describe('local storage that is full', () => {
  test.use({ baseURL: SERVERS.strict.url });
  test.beforeEach(({ page }) => page.clock.install());

  test('keeps the user signed in on the page, and the next page sends no spent token', async ({ page, context, request }) => {
    await openSignedIn(page);
    const renewed = pairs(page);
    await fillStorage(page);
    for (let renewal = 1; renewal <= 3; renewal += 1) {
      await outliveToken(page);
      await expect.poll(() => renewed.length).toBe(renewal);
      await isSignedIn(page);
    }
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    // Wait until the server's grace for spent tokens is over; its clock cannot be advanced.
    const spentBy = Date.now();
    await expect.poll(() => Date.now() - spentBy).toBeGreaterThan(1000);
    const refreshes = countRefreshes(context);
    const other = await context.newPage();
    for (const tab of [other, page]) {
      await open(tab, '/account');
      await isSignedOut(tab);
      await expect(tab.getByRole('main').getByRole('status')).toHaveCount(0);
    }
    expect(refreshes.count).toBe(0);
    expect(await statusOf(request, renewed.at(-1)!)).toBe(200);
  });

  test('holds nothing of an ended session', async ({ page }) => {
    await openSignedIn(page);
    await fillStorage(page);
    await signOutButton(page).click();
    await isSignedOut(page);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
  });

  test('stores the next pair when there is space', async ({ page }) => {
    await openSignedIn(page);
    await page.evaluate(() => {
      const set = Storage.prototype.setItem;
      Storage.prototype.setItem = function (this: Storage, key, value) {
        if (this.getItem(key) !== null) throw new DOMException('full', 'QuotaExceededError');
        set.call(this, key, value);
      };
    });
    await outliveTokenAndRenew(page);
    await page.reload();
    await isSignedIn(page);
  });
});

test('blocked local storage keeps the user signed in for the visit', async ({ page, request }) => {
  await page.clock.install();
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('blocked', 'SecurityError');
      },
    });
  });
  const username = await createAccount(request);
  await open(page, '/sign-in');
  await fillSignIn(page, username);
  await expect(page.getByTestId('username')).toHaveText(username);
  const renewed = pairs(page);
  for (let renewal = 1; renewal <= 2; renewal += 1) {
    await outliveToken(page);
    await expect.poll(() => renewed.length).toBe(renewal);
    await isSignedIn(page);
  }
  await signOutButton(page).click();
  await isSignedOut(page);
  await expect.poll(() => statusOf(request, renewed.at(-1)!)).toBe(401);
});

for (const [where, way] of [
  ['by another tab', (_: Page, other: Page) => other.evaluate(() => localStorage.clear())],
  [
    'by an extension on the page',
    (page: Page) =>
      page.evaluate(() => {
        localStorage.clear();
        window.dispatchEvent(new Event('focus'));
      }),
  ],
] as const) {
  test(`local storage that is cleared ${where} signs out, and the next sign-in works`, async ({ page, context }) => {
    const username = await openSignedIn(page);
    const other = await context.newPage();
    await open(other, '/');
    await way(page, other);
    await isSignedOut(page);
    await expect(page).toHaveURL(/\/sign-in/);
    await fillSignIn(page, username);
    await expect(page.getByTestId('username')).toHaveText(username);
    expect((await stored(page)).gen).toBe(0);
  });
}

async function fillStorage(page: Page): Promise<void> {
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
}

/** Records the access tokens that the page receives from now on. */
function pairs(page: Page): string[] {
  const renewed: string[] = [];
  page.on('response', async (response) => {
    if (!response.url().endsWith('/rpc/session/refresh')) return;
    renewed.push(((await response.json()) as { access: string }).access);
  });
  return renewed;
}
