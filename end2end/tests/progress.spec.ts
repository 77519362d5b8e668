// What takes longer than a second shows that it is under way, and says so to screen readers; what does not, does not.
import type { BrowserContext, Locator, Page } from '@playwright/test';
import { expect, fillSignIn, isAlive, isSignedIn, isSignedOut, onTelephone, open, register, test, toast } from './story';

const WORDS = 'Still working…';

test('a list that is long in coming, until it is there', async ({ page, context }) => {
  await register(page);
  const answer = await hold(context, '**/rpc/account/sessions');
  await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(line(page)).toHaveText(WORDS);
  await expect(line(page)).toBeInViewport();
  answer();
  await expect(page.locator('.row')).toHaveCount(1);
  await expect(line(page)).toBeEmpty();
});

test('a form that is long in being sent', async ({ page, context }) => {
  await open(page, '/sign-in');
  const answer = await hold(context, '**/rpc/session/obtain');
  await fillSignIn(page, 'nobody-at-all', 'not the password');
  await expect(line(page)).toHaveText(WORDS);
  answer();
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await expect(line(page)).toBeEmpty();
});

test('a deed that is long in being done', async ({ page, context, browser, baseURL }) => {
  await onTelephone(browser, baseURL, await register(page));
  await open(page, '/account/sessions');
  const answer = await hold(context, '**/rpc/account/end_session');
  await page.getByRole('button', { name: /^End the session on/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
  await expect(line(page)).toHaveText(WORDS);
  answer();
  await expect(toast(page)).toBeVisible();
  await expect(line(page)).toBeEmpty();
});

test('a page whose code is long in coming', async ({ page, context }) => {
  await register(page);
  await open(page, '/');
  await isSignedIn(page);
  const answer = await hold(context, '**/split_*.wasm');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Account' }).click();
  await expect(line(page)).toHaveText(WORDS);
  answer();
  await expect(page.getByTestId('countdown')).toBeVisible();
  await expect(line(page)).toBeEmpty();
});

test('an application that is long in coming, by the stylesheet alone', async ({ page, context }) => {
  const answer = await hold(context, '**/*.wasm');
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await expect.poll(() => isDrawn(page)).toBe(true);
  answer();
  await isAlive(page);
  await isSignedOut(page);
  expect(await isDrawn(page)).toBe(false);
});

test('not what is there within a second', async ({ page, context }) => {
  await register(page);
  const answer = await hold(context, '**/rpc/account/sessions');
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1000);
  await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(page.locator('.skeleton')).toBeVisible();
  await page.clock.runFor(900);
  await expect(line(page)).toBeEmpty();
  answer();
  // What there is to do is done in steps, each by a timer that is due at once.
  await expect(async () => {
    await page.clock.runFor(1);
    await expect(page.locator('.row')).toHaveCount(1, { timeout: 200 });
  }).toPass({ timeout: 10_000 });
  await page.clock.runFor(5000);
  await expect(line(page)).toBeEmpty();
});

test('without motion where none is wanted', async ({ page, context }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await register(page);
  await hold(context, '**/rpc/account/sessions');
  await open(page, '/account/sessions');
  await expect(line(page)).toHaveText(WORDS);
  const moving = () => page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length);
  await expect.poll(moving).toBe(0);
  expect(await isDrawn(page)).toBe(true);
});

function line(page: Page): Locator {
  return page.locator('.progress');
}

/** Whether the line has begun to move, or stands there. */
function isDrawn(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const { content, translate } = getComputedStyle(document.querySelector('.progress')!, '::before');
    return content === '""' && translate !== '-100%';
  });
}

/** Holds requests back until the function that it answers is called. */
async function hold(context: BrowserContext, url: string): Promise<() => void> {
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await context.route(url, async (route) => {
    await held;
    await route.continue();
  });
  return goOn;
}
