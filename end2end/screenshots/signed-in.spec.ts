// Takes the pictures in docs/screenshots of who is signed in: `make screenshots`.
import { devices, type APIRequestContext, type Page } from '@playwright/test';
import { SERVERS } from '../tests/servers';
import { PASSWORD, expect, fillSignIn, isSignedIn, isSignedOut, open, register, test, toast } from '../tests/story';
import { LOOKS, onOneMorning, settings, take } from './picture';

const FOREIGN =
  'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2Vsc2V3aGVyZS5leGFtcGxlIiwiZXhwIjoxMDAwMDAwMDAwfQ.c2lnbmF0dXJl';

for (const look of LOOKS) {
  test.describe(`${look.language}, ${look.colorScheme}, ${look.width} px`, () => {
    test.use(settings(look));
    test.beforeEach(({ context }) => onOneMorning(context));

    test('signed in', async ({ page, context, request }) => {
      test.slow();
      await register(page, look.username);
      await take(page, look, 'account');
      await editing(page);
      await take(page, look, 'account-editing');

      await shown(page, '/account/sessions', '.empty');
      await take(page, look, 'sessions-only-this');
      for (const device of ['iPhone 14', 'Desktop Firefox', 'Galaxy Tab S4']) await signInOn(request, look.username, device);
      await signIn(request, look.username, 'not the password');
      await signIn(request, look.username, 'not the password');
      await context.route('**/rpc/account/sessions', () => undefined);
      await shown(page, '/account/sessions', '.skeleton');
      await take(page, look, 'loading');
      await context.unrouteAll();
      await shown(page, '/account/sessions', '.row:nth-child(4)');
      await take(page, look, 'sessions');
      await page.locator('.row button').last().click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await take(page, look, 'session-question', 'screen');
      await page.getByRole('dialog').locator('[value=yes]').click();
      await expect(toast(page)).toBeVisible();
      await take(page, look, 'session-ended', 'screen');

      await shown(page, '/tokens', '.claims');
      await take(page, look, 'tokens');
      await page.locator('main header button').click();
      await expect(page.locator('ins').first()).toBeVisible();
      await take(page, look, 'tokens-renewed', 'screen');
      await page.locator('#paste').fill(FOREIGN);
      await page.locator('#paste-title').evaluate((element) => element.scrollIntoView());
      await take(page, look, 'tokens-pasted', 'screen');
      await shown(page, '/diagnostics', '.flight > li');
      await take(page, look, 'diagnostics');
      await shown(page, '/', '.pass strong');
      await take(page, look, 'home-signed-in');
      await context.route('**/split_person*.wasm', (route) => route.abort());
      await shown(page, '/diagnostics', '.notice');
      await take(page, look, 'page-not-downloaded');
      await context.unroute('**/split_person*.wasm');
      // Refused sign-ins are written down every few seconds.
      await expect(async () => {
        await shown(page, '/account/security', '.timeline [data-tone=warn]');
      }).toPass({ timeout: 20_000 });
      await take(page, look, 'security');

      const other = await context.browser()!.newContext({ baseURL: SERVERS.usual.url });
      const elsewhere = await other.newPage();
      await open(elsewhere, '/sign-in');
      await fillSignIn(elsewhere, look.username);
      await isSignedIn(elsewhere);
      await shown(elsewhere, '/account/sessions', '.toolbar button');
      await elsewhere.locator('.toolbar button').click();
      await elsewhere.getByRole('dialog').locator('[value=yes]').click();
      await expect(toast(elsewhere)).toBeVisible();
      await page.reload();
      await isSignedOut(page);
      await expect(page.getByRole('main').getByRole('status')).toBeVisible();
      await take(page, look, 'farewell');
    });

    test.describe('with tokens of two seconds', () => {
      test.use({ baseURL: SERVERS.brief.url });

      test('offline', async ({ page, context }) => {
        await register(page, look.username);
        await context.setOffline(true);
        await expect(page.locator('.banner.shown')).toBeVisible({ timeout: 15_000 });
        await take(page, look, 'offline', 'screen');
      });
    });
  });
}

async function shown(page: Page, path: string, sign: string): Promise<void> {
  await open(page, path);
  await expect(page.locator(sign).first()).toBeVisible();
}

async function editing(page: Page): Promise<void> {
  await page.locator('button[aria-expanded]').click();
  await page.locator('#email').fill('no address');
  await page.locator('#email').press('Enter');
  await expect(page.locator('#email')).toHaveAttribute('aria-invalid', 'true');
}

async function signIn(request: APIRequestContext, username: string, password: string, userAgent = ''): Promise<void> {
  await request.post('/api/token/', { data: { username, password }, headers: { 'user-agent': userAgent } });
}

async function signInOn(request: APIRequestContext, username: string, device: string): Promise<void> {
  await signIn(request, username, PASSWORD, devices[device]!.userAgent);
}
