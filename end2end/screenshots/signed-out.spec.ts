// Takes the pictures in docs/screenshots of who is not signed in: `make screenshots`.
import { expect, fillSignIn, isSignedOut, open, test } from '../tests/story';
import { LOOKS, settings, take } from './picture';

for (const look of LOOKS) {
  test.describe(`${look.language}, ${look.colorScheme}, ${look.width} px`, () => {
    test.use(settings(look));

    test('signed out', async ({ page }) => {
      for (const [path, name] of [
        ['/', 'home'],
        ['/sign-in', 'sign-in'],
        ['/register', 'register'],
        ['/no/such/page', 'not-found'],
      ] as const) {
        await open(page, path);
        await isSignedOut(page);
        await take(page, look, name);
      }
    });

    test('refused', async ({ page }) => {
      await open(page, '/sign-in');
      await fillSignIn(page, 'somebody', 'not the password');
      await expect(page.getByRole('alert')).not.toBeEmpty();
      await take(page, look, 'sign-in-refused');
      await open(page, '/register');
      await fillSignIn(page, 'a name with spaces', 'passwordpassword');
      await expect(page.getByRole('alert')).not.toBeEmpty();
      await take(page, look, 'register-refused');
    });

    test('not loaded', async ({ page, context }) => {
      await context.route('**/*.wasm', (route) => route.abort());
      await page.goto('/sign-in');
      await expect(page.locator('.banner.failed')).toBeVisible();
      await take(page, look, 'not-loaded');
    });

    test.describe('without JavaScript', () => {
      test.use({ javaScriptEnabled: false });

      test('readable', async ({ page }) => {
        await page.goto('/sign-in');
        await take(page, look, 'no-javascript');
      });
    });
  });
}
