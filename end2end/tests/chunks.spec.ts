import type { Page } from '@playwright/test';
import { PASSWORD, expect, fillSignIn, isAlive, isSignedIn, isSignedOut, open, openSignedIn, test } from './story';

const CHUNK = '**/pkg/split_person.*.wasm';

test('the sign-in page does not download the account pages', async ({ page }) => {
  const downloads: string[] = [];
  page.on('request', (request) => downloads.push(new URL(request.url()).pathname));
  await open(page, '/sign-in');
  expect(downloads.filter((path) => path.endsWith('.wasm'))).toEqual([expect.stringMatching(/^\/pkg\/hallpass\./)]);
  // The form needs the engine, but not the account pages.
  await fillSignIn(page, 'nobody-at-all', 'not the password');
  await expect(page.getByRole('alert')).not.toBeEmpty();
  expect(downloads.filter((path) => path.startsWith('/pkg/split_person.'))).toEqual([]);
});

test('a page that cannot be downloaded shows an error and loads on the next attempt', async ({ page, context }) => {
  await context.route(CHUNK, (route) => route.abort());
  await openSignedIn(page, '/');
  await page.getByRole('main').getByRole('link', { name: 'Your account' }).click();
  await expect(page.getByRole('alert')).toContainText('This page could not be downloaded.');
  await context.unroute(CHUNK);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('username')).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: 'downloaded' })).toHaveCount(0);
});

/** Answers requests for this release's files like a server of another release. */
async function replaceRelease(page: Page): Promise<void> {
  await page.context().route('**/pkg/*', (route) => route.fulfill({ status: 404 }));
}

/** Counts document loads from now on. */
function countLoads(page: Page): { count: number } {
  const loads = { count: 0 };
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads.count += 1;
  });
  return loads;
}

test.describe('after an update of the server', () => {
  test('a page that needs more code is reloaded once', async ({ page }) => {
    await openSignedIn(page, '/');
    await replaceRelease(page);
    const loads = countLoads(page);
    await page.getByRole('main').getByRole('link', { name: 'Your account' }).click();
    // The new document does not find its files either, and is not reloaded again.
    await expect(page.getByRole('alert').filter({ hasText: 'A new version is available' })).toBeVisible();
    expect(loads.count).toBe(1);
    await page.context().unroute('**/pkg/*');
    await page.getByRole('alert').getByRole('link', { name: 'Reload the page' }).first().click();
    await isSignedIn(page);
    expect(loads.count).toBe(2);
  });

  test('a form with input is not reloaded, and the banner explains', async ({ page }) => {
    await open(page, '/sign-in');
    await page.route('**/pkg/split_engine.*', (route) => route.abort());
    const refused = page.waitForEvent('requestfailed', (request) => request.url().includes('/split_engine.'));
    await page.locator('#username').fill('ada');
    await refused;
    await page.unroute('**/pkg/split_engine.*');
    await replaceRelease(page);
    const loads = countLoads(page);
    await fillSignIn(page, 'ada');
    await expect(page.getByRole('alert').filter({ hasText: 'A new version is available' })).toBeVisible();
    await expect(page.locator('form .summary')).toHaveText(/Reload/);
    await expect(page.locator('#username')).toHaveValue('ada');
    await expect(page.locator('#password')).toHaveValue(PASSWORD);
    expect(loads.count).toBe(0);
  });

  test('a signed-in user does not keep seeing a skeleton', async ({ page, context }) => {
    await openSignedIn(page);
    const other = await context.newPage();
    await context.route('**/pkg/split_engine.*', (route) => route.fulfill({ status: 404 }));
    await context.route('**/pkg/hallpass.*.js', (route) =>
      route.request().method() === 'HEAD' ? route.fulfill({ status: 404 }) : route.continue(),
    );
    await other.goto('/account');
    await expect(other.getByRole('alert').filter({ hasText: 'A new version is available' })).toBeVisible();
  });

  test('a document of the old release is reloaded before hydration', async ({ page, context }) => {
    let isOld = true;
    await context.route('**/pkg/hallpass.*.js', (route) => (isOld ? route.fulfill({ status: 404 }) : route.continue()));
    page.on('request', (request) => {
      if (request.method() === 'HEAD') isOld = false;
    });
    await context.route('**/pkg/hallpass.*.js', async (route) => {
      if (route.request().method() !== 'HEAD') return route.fallback();
      await route.fulfill({ status: 404 });
    });
    const loads = countLoads(page);
    await open(page, '/sign-in');
    expect(loads.count).toBe(2);
  });
});

test('an application that cannot be downloaded shows an error and loads when the network is back', async ({ page }) => {
  await page.clock.install();
  await page.route('**/pkg/hallpass.*.wasm', (route) => route.abort());
  await page.goto('/sign-in');
  const error = page.getByRole('alert').filter({ hasText: 'could not be downloaded' });
  await expect(error).toBeVisible();
  await page.locator('#username').fill('ada');
  await page.unroute('**/pkg/hallpass.*.wasm');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await isAlive(page);
  await expect(error).toBeHidden();
  await expect(page.locator('#username')).toHaveValue('ada');
});

test('a browser without WebAssembly sees what is missing, not a network error', async ({ page }) => {
  await page.addInitScript(() => {
    delete (window as { WebAssembly?: unknown }).WebAssembly;
  });
  await page.goto('/sign-in');
  await expect(page.getByRole('alert').filter({ hasText: 'requires WebAssembly' })).toBeVisible();
  await expect(page.locator('form')).toBeHidden();
});

test('a browser that signed out long ago downloads no more than a new one', async ({ page }) => {
  await openSignedIn(page);
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await isSignedOut(page);
  await expect.poll(async () => page.evaluate(() => localStorage.getItem('hallpass')?.includes('pending'))).toBe(false);
  const downloads: string[] = [];
  page.on('request', (request) => downloads.push(new URL(request.url()).pathname));
  await open(page, '/');
  await isSignedOut(page);
  expect(downloads.filter((path) => path.endsWith('.wasm'))).toEqual([expect.stringMatching(/^\/pkg\/hallpass\./)]);
});
