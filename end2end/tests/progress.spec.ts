// Work of more than a second shows a progress line and tells screen readers; shorter work does not.
import type { BrowserContext, Locator, Page } from '@playwright/test';
import { LIFETIME, createAccount, expect, fillSignIn, isAlive, isSignedOut, onTelephone, open, openSignedIn, test, toast } from './story';

const WORDS = 'Still working…';

test('the progress line is shown for a slow list until it arrives', async ({ page, context }) => {
  await openSignedIn(page);
  const answer = await hold(context, '**/rpc/account/sessions');
  await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(line(page)).toHaveText(WORDS);
  await expect(line(page)).toBeInViewport();
  answer();
  await expect(page.locator('.row')).toHaveCount(1);
  await expect(line(page)).toBeEmpty();
});

test('the progress line is shown for a slow form', async ({ page, context }) => {
  await open(page, '/sign-in');
  const answer = await hold(context, '**/rpc/session/obtain');
  await fillSignIn(page, 'nobody-at-all', 'not the password');
  await expect(line(page)).toHaveText(WORDS);
  answer();
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await expect(line(page)).toBeEmpty();
});

test('the progress line is shown for a slow action', async ({ page, context, browser, baseURL }) => {
  const username = await createAccount(page.request);
  await onTelephone(browser, baseURL, username);
  await openSignedIn(page, '/account/sessions', username);
  const answer = await hold(context, '**/rpc/account/end_session');
  await page.getByRole('button', { name: /^End session on/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
  await expect(line(page)).toHaveText(WORDS);
  answer();
  await expect(toast(page)).toBeVisible();
  await expect(line(page)).toBeEmpty();
});

test('the progress line is shown for a page whose code loads slowly', async ({ page, context }) => {
  await openSignedIn(page, '/');
  const answer = await hold(context, '**/split_*.wasm');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Account' }).click();
  await expect(line(page)).toHaveText(WORDS);
  answer();
  await expect(page.getByTestId('countdown')).toBeVisible();
  await expect(line(page)).toBeEmpty();
});

test('the progress line is shown by the stylesheet for an application that loads slowly', async ({ page, context }) => {
  const answer = await hold(context, '**/*.wasm');
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await expect.poll(() => isDrawn(page)).toBe(true);
  answer();
  await isAlive(page);
  await isSignedOut(page);
  expect(await isDrawn(page)).toBe(false);
});

test('the progress line is not shown for less than a second', async ({ page, context }) => {
  await page.clock.install();
  await openSignedIn(page);
  await expect(page.getByTestId('countdown')).toBeVisible();
  const answer = await hold(context, '**/rpc/account/sessions');
  await page.clock.pauseAt(Date.now() + LIFETIME / 5);
  await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(page.locator('.skeleton')).toBeVisible();
  await page.clock.runFor(900);
  await expect(line(page)).toBeEmpty();
  answer();
  // The response is shown in steps, each after a timer of zero. They take less than the rest of the second.
  const shown = async () => {
    await page.clock.runFor(1);
    return page.locator('.row').count();
  };
  await expect.poll(shown).toBe(1);
  await page.clock.runFor(5000);
  await expect(line(page)).toBeEmpty();
});

test('the progress line does not move with reduced motion', async ({ page, context }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await hold(context, '**/rpc/account/sessions');
  await openSignedIn(page, '/account/sessions');
  await expect(line(page)).toHaveText(WORDS);
  const moving = () => page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length);
  await expect.poll(moving).toBe(0);
  expect(await isDrawn(page)).toBe(true);
});

function line(page: Page): Locator {
  return page.locator('.progress');
}

/** Whether the progress line moves or is shown. */
function isDrawn(page: Page): Promise<boolean> {
  return line(page).evaluate((line) => {
    const { content, translate } = getComputedStyle(line, '::before');
    return content === '""' && translate !== '-100%';
  });
}

/** Holds requests until the returned function is called. */
async function hold(context: BrowserContext, url: string): Promise<() => void> {
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await context.route(url, async (route) => {
    await held;
    await route.continue();
  });
  return goOn;
}
