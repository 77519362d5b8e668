// Everything works by keyboard, with a visible focus.
import type { Locator, Page } from '@playwright/test';
import { PASSWORD, expect, isSignedOut, onTelephone, open, somebody, test } from './story';

test('registration, use and sign-out work by keyboard', async ({ page, browser, baseURL }) => {
  const username = somebody();
  await open(page, '/');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await expect(page.locator(':focus')).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await walkTo(page, page.getByRole('main').getByRole('link', { name: 'Create account' }));
  await page.keyboard.press('Enter');

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create account');
  await walkTo(page, page.getByLabel('Username'));
  await page.keyboard.type(username);
  await walkTo(page, page.getByLabel('Password', { exact: true }));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('username')).toHaveText(username);
  await onTelephone(browser, baseURL, username);

  await walkTo(page, page.getByRole('link', { name: 'Sessions' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'End all other sessions' })).toBeVisible();
  await walkTo(page, page.getByRole('button', { name: 'End session on Safari on iPhone' }));
  await page.keyboard.press('Enter');
  await walkTo(page, page.getByRole('dialog').getByRole('button', { name: 'End session' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'No other sessions' })).toBeVisible();
  // The focused element is gone, but the focus is not lost.
  await walkTo(page, page.getByRole('banner').getByRole('button', { name: 'Sign out' }));
  await page.keyboard.press('Enter');
  await isSignedOut(page);
});

test('every focused element has a visible focus', async ({ page }) => {
  for (const path of ['/', '/sign-in', '/register']) {
    await open(page, path);
    await isSignedOut(page);
    const last = page.getByRole('contentinfo').getByRole('link', { name: 'Dark' });
    await walkTo(page, last);
  }
});

/** Presses Tab until the element has the focus, and checks that every focus on the way is visible. */
async function walkTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('Tab');
    await expectVisibleFocus(page);
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  expect(null, `${target} was not reached by Tab`).not.toBeNull();
}

async function expectVisibleFocus(page: Page): Promise<void> {
  const focus = await page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const isShown = element.matches(':focus-visible') && outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
    return { element: element.outerHTML.slice(0, 120), isShown };
  });
  if (focus) expect(focus).toEqual({ ...focus, isShown: true });
}
