// Takes the pictures in docs/screenshots: `make screenshots`.
import { expect, isAlive, open, register, test } from '../tests/story';

const FOLDER = '../docs/screenshots';

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [320, 1440]) {
    test.describe(`${scheme}, ${width} px`, () => {
      test.use({ colorScheme: scheme, viewport: { width, height: 900 } });

      test('signed out', async ({ page }) => {
        for (const [path, name] of [['/', 'home'], ['/sign-in', 'sign-in'], ['/register', 'register'], ['/no/such/page', 'not-found']]) {
          await open(page, path!);
          await expect(page.locator('html')).toHaveAttribute('data-session', 'signed-out');
          await page.screenshot({ path: `${FOLDER}/${name}-${scheme}-${width}.png`, fullPage: true });
        }
      });

      test('signed in', async ({ page }) => {
        await register(page);
        await page.screenshot({ path: `${FOLDER}/account-${scheme}-${width}.png`, fullPage: true });
        await page.goto('/');
        await isAlive(page);
        await expect(page.locator('.pass strong')).toBeVisible();
        await page.screenshot({ path: `${FOLDER}/home-signed-in-${scheme}-${width}.png`, fullPage: true });
      });

      test('a refused registration', async ({ page }) => {
        await open(page, '/register');
        await page.getByLabel('Username').fill('a name with spaces');
        await page.getByLabel('Password', { exact: true }).fill('passwordpassword');
        await page.getByRole('button', { name: 'Create account' }).click();
        await expect(page.getByRole('alert')).not.toBeEmpty();
        await page.screenshot({ path: `${FOLDER}/register-refused-${scheme}-${width}.png`, fullPage: true });
      });
    });
  }
}
