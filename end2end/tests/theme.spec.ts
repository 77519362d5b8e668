// The theme: the device's setting, until the user chooses.
import type { Page } from '@playwright/test';
import { expect, open, openSignedIn, test } from './story';

const PAPER = { light: 'rgb(246, 243, 236)', dark: 'rgb(18, 21, 23)' };

test('the theme follows the device until the user chooses', async ({ page }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await open(page, '/');
    await expect(page.locator('html')).toHaveCSS('background-color', PAPER[colorScheme]);
  }
});

test('dark can be chosen on a light device and is rendered by the server', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await openSignedIn(page);
  await choose(page, 'Dark');
  await expect(page).toHaveURL('/account');
  for (const path of ['/', '/account/sessions', '/no/such/page']) {
    const html = await (await page.goto(path))!.text();
    expect(html).toContain('data-theme="dark"');
    expect(html).toContain('<meta name="color-scheme" content="dark">');
    await expect(page.locator('html')).toHaveCSS('background-color', PAPER.dark);
    await expect(choice(page, 'Dark')).toHaveAttribute('aria-current', 'true');
  }
  await choose(page, 'System');
  await expect(page.locator('html')).toHaveCSS('background-color', PAPER.light);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, colorScheme: 'dark' });

  test('light can be chosen on a dark device', async ({ page }) => {
    await page.goto('/sign-in');
    await expect(page.locator('html')).toHaveCSS('background-color', PAPER.dark);
    await choose(page, 'Light');
    await expect(page.locator('html')).toHaveCSS('background-color', PAPER.light);
  });
});

function choice(page: Page, name: string) {
  return page.getByRole('contentinfo').getByRole('link', { name, exact: true });
}

async function choose(page: Page, name: string): Promise<void> {
  await choice(page, name).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', name.toLowerCase());
}
