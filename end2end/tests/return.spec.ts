// Pages that come back from the back/forward cache or from being hidden.
import type { Page } from '@playwright/test';
import { findBrowser } from '../browser.js';
import {
  LIFETIME,
  countRefreshes,
  createAccount,
  expect,
  isAlive,
  isSignedIn,
  isSignedOut,
  open,
  openSignedIn,
  outliveToken,
  signOutButton,
  stored,
  test,
} from './story';

// Playwright disables the cache by default.
test.use({
  launchOptions: {
    executablePath: findBrowser(),
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  },
});

test.describe('a page from the back/forward cache', () => {
  test('shows that another tab signed out meanwhile', async ({ page, context }) => {
    await openSignedIn(page);
    await leave(page);
    const other = await context.newPage();
    await open(other, '/account');
    await signOutButton(other).click();
    await isSignedOut(other);
    await comeBack(page);
    await isSignedOut(page);
    await expect(page).toHaveURL(/\/sign-in/);
  });

  test('shows the user who signed in meanwhile in another tab', async ({ page, context, request }) => {
    await openSignedIn(page);
    await leave(page);
    const another = await createAccount(request);
    await openSignedIn(await context.newPage(), '/', another);
    await comeBack(page);
    await expect(page.getByTestId('username')).toHaveText(another);
    await isSignedIn(page);
  });
});

test('a hidden page does not renew until it becomes visible', async ({ page, context }) => {
  await page.clock.install();
  const username = await openSignedIn(page);
  // Any request of a page renews the token, even while hidden.
  await expect(page.getByTestId('username')).toHaveText(username);
  await see(page, 'hidden');
  const refreshes = countRefreshes(context);
  await outliveToken(page);
  await page.clock.runFor(LIFETIME);
  expect(refreshes.count).toBe(0);
  await see(page, 'visible');
  await expect.poll(async () => (await stored(page)).gen).toBe(1);
  expect(refreshes.count).toBe(1);
  await isSignedIn(page);
});

/** Navigates to another document, so that the page can be cached. */
async function leave(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.addEventListener('pageshow', ({ persisted }) => {
      document.documentElement.dataset.persisted = String(persisted);
    });
    location.assign('/offline.html');
  });
  await page.waitForURL('/offline.html');
}

async function comeBack(page: Page): Promise<void> {
  await page.goBack({ waitUntil: 'commit' });
  await isAlive(page);
  await expect(page.locator('html')).toHaveAttribute('data-persisted', 'true');
}

async function see(page: Page, state: DocumentVisibilityState): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}
