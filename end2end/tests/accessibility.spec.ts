// What a screen reader, a keyboard and a weak eye meet: axe's rules on every page, in every state, light
// and dark, on a small telephone and on a desk. A new page or state is one line of the table.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { SERVERS } from './servers';
import { PASSWORD, expect, fillSignIn, isSignedOut, makeSuperuser, onTelephone, open, register, somebody, test, toast } from './story';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface State {
  name: string;
  /** Brings the page there. */
  reach(page: Page): Promise<unknown>;
  /** Where, unless it is the usual server. */
  server?: { url: string };
  /** In which language, unless it is English. */
  locale?: string;
}

const STATES: State[] = [
  { name: 'the start', reach: (page) => signedOut(page, '/') },
  { name: 'the sign-in', reach: (page) => signedOut(page, '/sign-in') },
  { name: 'a refused sign-in', reach: refusedSignIn },
  { name: 'the registration', reach: (page) => signedOut(page, '/register') },
  { name: 'a refused registration', reach: refusedRegistration },
  { name: 'the account', reach: account },
  { name: 'a refused new password', reach: refusedPassword },
  { name: 'the start of who is signed in', reach: startSignedIn },
  { name: 'the account being edited', reach: refusedAddress },
  { name: 'the sessions', reach: sessions },
  { name: 'the only session', reach: (page) => signedIn(page, '/account/sessions', '.empty') },
  { name: 'a question before a session is ended', reach: question },
  { name: 'word that a session was ended', reach: wordOfIt },
  { name: 'the farewell of an ended session', reach: farewell },
  { name: 'the security events', reach: (page) => signedIn(page, '/account/security', '.timeline') },
  { name: 'the tokens', reach: (page) => signedIn(page, '/tokens', '.claims') },
  { name: 'the tokens after a renewal', reach: renewed },
  { name: 'a pasted token', reach: (page) => pasted(page, 'eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjIwfQ.c2ln') },
  { name: 'pasted nonsense', reach: (page) => pasted(page, 'nonsense') },
  { name: 'the diagnostics', reach: (page) => signedIn(page, '/diagnostics', '.flight > li') },
  { name: 'the sessions in Korean', reach: sessions, locale: 'ko-KR' },
  { name: 'the tokens in Korean', reach: (page) => signedIn(page, '/tokens', '.claims'), locale: 'ko-KR' },
  { name: 'a refused registration in Korean', reach: refusedRegistration, locale: 'ko-KR' },
  { name: 'the users', reach: (page) => administering(page, '/admin/users') },
  { name: 'a new user', reach: newUser },
  { name: 'one user', reach: oneUser },
  { name: 'the outstanding tokens', reach: (page) => administering(page, '/admin/tokens') },
  { name: 'the events of all', reach: (page) => administering(page, '/admin/events') },
  { name: 'the users in Korean', reach: (page) => administering(page, '/admin/users'), locale: 'ko-KR' },
  { name: 'a page that is not there', reach: (page) => signedOut(page, '/no/such/page') },
  { name: 'the account while offline', reach: offline, server: SERVERS.brief },
];

for (const { name, reach, server, locale = 'en-GB' } of STATES) {
  test.describe(name, () => {
    test.use({ locale, ...(server && { baseURL: server.url }) });

    test(`${name} breaks no rule of axe`, async ({ page }) => {
      await reach(page);
      await page.evaluate(plain);
      const found: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [320, 1440]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 900 });
          const { violations, incomplete } = await new AxeBuilder({ page }).withTags(RULES).analyze();
          // What axe cannot decide nobody else would look at.
          for (const { id, help, nodes } of [...violations, ...incomplete]) {
            for (const { target, failureSummary } of nodes) {
              found.push(`${colorScheme}, ${width} px: ${id} (${help}) at ${target.join(' ')}: ${failureSummary}`);
            }
          }
        }
      }
      expect(found).toEqual([]);
    });
  });
}

/** Takes ornaments and what is behind a dialog away, and what is scrolled out of sight back: axe judges no contrast there. */
function plain(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    *::before, *::after { content: none !important; }
    * { animation: none !important; transition: none !important; }
    .pass, .pass * { background-image: none !important; }
    body:has(dialog[open]) main section { visibility: hidden; }
    dialog[open] { visibility: visible; }
    nav, .table { overflow: visible !important; flex-wrap: wrap !important; }
    td :is(a, code) { display: inline-block !important; }
  `);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

async function signedOut(page: Page, path: string): Promise<void> {
  await open(page, path);
  await isSignedOut(page);
}

async function refusedSignIn(page: Page): Promise<void> {
  await open(page, '/sign-in');
  await fillSignIn(page, 'nobody-at-all', 'not the password');
  await expect(page.getByRole('alert')).not.toBeEmpty();
}

async function refusedRegistration(page: Page): Promise<void> {
  await open(page, '/register');
  await page.locator('#username').fill('a name with spaces');
  await page.locator('#password').fill('passwordpassword');
  await page.locator('main button[type=submit]').click();
  await expect(page.getByRole('alert')).not.toBeEmpty();
}

async function account(page: Page): Promise<void> {
  await register(page);
  await expect(page.getByTestId('countdown')).toBeVisible();
}

async function refusedPassword(page: Page): Promise<void> {
  await account(page);
  await page.getByLabel('Current password', { exact: true }).fill('not my password');
  await page.getByLabel('New password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.locator('[aria-invalid=true]').first()).toBeVisible();
}

async function refusedAddress(page: Page): Promise<void> {
  await account(page);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Email').fill('no address');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Email')).toHaveAttribute('aria-invalid', 'true');
}

async function signedIn(page: Page, path: string, sign: string): Promise<void> {
  await register(page);
  await open(page, path);
  await expect(page.locator(sign).first()).toBeVisible();
}

/** Here and on a telephone. */
async function sessions(page: Page): Promise<void> {
  const username = await register(page);
  await onTelephone(page.context().browser()!, new URL(page.url()).origin, username);
  await open(page, '/account/sessions');
  await expect(page.locator('.row')).toHaveCount(2);
}

async function question(page: Page): Promise<void> {
  await sessions(page);
  await page.getByRole('button', { name: /^End the session on/ }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
}

async function wordOfIt(page: Page): Promise<void> {
  await question(page);
  await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
  await expect(toast(page)).toBeVisible();
}

async function farewell(page: Page): Promise<void> {
  const username = await register(page);
  const telephone = await onTelephone(page.context().browser()!, new URL(page.url()).origin, username);
  await open(telephone, '/account/sessions');
  await telephone.getByRole('button', { name: 'End all others' }).click();
  await telephone.getByRole('dialog').getByRole('button', { name: 'End all others' }).click();
  await expect(toast(telephone)).toBeVisible();
  await page.reload();
  await isSignedOut(page);
  await expect(page.getByRole('main').getByRole('status')).toContainText('This session was ended');
}

async function renewed(page: Page): Promise<void> {
  await signedIn(page, '/tokens', '.claims');
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(toast(page)).toBeVisible();
  await expect(page.locator('ins').first()).toBeVisible();
}

async function pasted(page: Page, text: string): Promise<void> {
  await signedIn(page, '/tokens', '.claims');
  await page.getByLabel('Token', { exact: true }).fill(text);
  await expect(page.getByRole('region', { name: 'Look inside any token' }).getByRole('status')).toBeVisible();
}

async function startSignedIn(page: Page): Promise<void> {
  await account(page);
  await open(page, '/');
  await expect(page.locator('.pass strong')).toBeVisible();
}

async function offline(page: Page): Promise<void> {
  await account(page);
  await page.context().setOffline(true);
  await expect(page.getByText('You are offline. You stay signed in')).toBeVisible({ timeout: 15_000 });
}

async function administering(page: Page, path: string): Promise<void> {
  const username = somebody();
  makeSuperuser(username);
  await open(page, `/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(PASSWORD);
  await page.locator('form button.primary').click();
  await expect(page.locator('table.data tbody tr').first()).toBeVisible();
}

async function newUser(page: Page): Promise<void> {
  await administering(page, '/admin/users');
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.locator('[aria-invalid=true]').first()).toBeVisible();
}

async function oneUser(page: Page): Promise<void> {
  await administering(page, '/admin/users');
  await page.locator('table.data tbody th a').first().click();
  await expect(page.locator('.page dl').first()).toBeVisible();
}
