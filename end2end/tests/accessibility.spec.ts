// What a screen reader, a keyboard and a weak eye meet: axe's rules on every page, in every state, light
// and dark, on a small telephone and on a desk. A new page or state is one line of the table.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { SERVERS } from './servers';
import { expect, fillSignIn, isSignedOut, open, register, test } from './story';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface State {
  name: string;
  /** Brings the page there. */
  reach(page: Page): Promise<unknown>;
  /** Where, unless it is the usual server. */
  server?: { url: string };
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
  { name: 'a page that is not there', reach: (page) => signedOut(page, '/no/such/page') },
  { name: 'the account while offline', reach: offline, server: SERVERS.brief },
];

for (const { name, reach, server } of STATES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1440]) {
      test.describe(`${colorScheme}, ${width} px`, () => {
        test.use({ colorScheme, viewport: { width, height: 900 }, ...(server && { baseURL: server.url }) });

        test(`${name} breaks no rule of axe`, async ({ page }) => {
          await reach(page);
          await page.evaluate(plain);
          const { violations, incomplete } = await new AxeBuilder({ page }).withTags(RULES).analyze();
          // What axe cannot decide nobody else would look at.
          const found = [...violations, ...incomplete].flatMap(({ id, help, nodes }) =>
            nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`),
          );
          expect(found).toEqual([]);
        });
      });
    }
  }
}

/** Takes ornaments away, and what is scrolled out of sight back: axe does not judge a contrast behind them. */
function plain(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    *::before, *::after { content: none !important; }
    .pass, .pass * { background-image: none !important; }
    nav { overflow: visible !important; flex-wrap: wrap !important; }
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
  await page.getByLabel('Username').fill('a name with spaces');
  await page.getByLabel('Password', { exact: true }).fill('passwordpassword');
  await page.getByRole('button', { name: 'Create account' }).click();
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
