// What every story starts from: pages that fail it when anything goes wrong that nobody looks at, and
// the words for what people do.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { devices, expect, test as base, type Browser, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { BINARY } from './servers';

export const PASSWORD = 'violet kettle harvests nine moons';

/** What local storage holds. */
export interface Stored {
  sid: string;
  gen: number;
  access: string;
  refresh: string;
  signed_out?: number;
}

export const test = base.extend<{ quiet: void }>({
  // Console errors, uncaught exceptions and policy violations fail the story.
  quiet: [
    async ({ context }, use) => {
      const noises: string[] = [];
      await context.exposeBinding('reportViolation', (_, text: string) => noises.push(`policy: ${text}`));
      await context.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          const report = (window as unknown as { reportViolation(text: string): void }).reportViolation;
          report(`${event.violatedDirective} ${event.blockedURI}`);
        });
      });
      context.on('page', (page) => {
        // The browser reports every request that fails, and the loader every chunk, in both places; stories make
        // some fail on purpose.
        page.on('pageerror', (error) => {
          if (error.message !== 'Failed to fetch') noises.push(`exception: ${error.message}`);
        });
        page.on('console', (message) => {
          const isNetwork = /^Failed to load resource|^TypeError: Failed to fetch|blocked by Playwright$/.test(message.text());
          if (['error', 'warning'].includes(message.type()) && !isNetwork) noises.push(`console: ${message.text()}`);
        });
      });
      await use();
      expect(noises).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

let people = 0;

/** A name that nobody else in this run has. */
export function somebody(): string {
  people += 1;
  return `user-${process.pid}-${people}-${Math.random().toString(36).slice(2, 8)}`;
}

/** Opens a page and waits until it is alive. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await isAlive(page);
}

export async function isAlive(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', '');
}

export async function isSignedIn(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-session', 'signed-in');
}

export async function isSignedOut(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-session', 'signed-out');
}

/** Makes an account on its page, in whatever language that is; ends up on the account page. */
export async function register(page: Page, username = somebody()): Promise<string> {
  await open(page, '/register');
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(PASSWORD);
  await page.locator('main button[type=submit]').click();
  await expect(page.getByTestId('username')).toHaveText(username);
  return username;
}

export async function fillSignIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(password);
  await page.locator('main button[type=submit]').click();
}

/** The same person on a telephone. */
export async function onTelephone(browser: Browser, baseURL: string | undefined, username: string): Promise<Page> {
  const { userAgent } = devices['iPhone 14'];
  const page = await (await browser.newContext({ baseURL, userAgent })).newPage();
  await open(page, '/sign-in');
  await fillSignIn(page, username);
  await isSignedIn(page);
  return page;
}

/** What is said for a moment at the edge of the page, where screen readers hear it. */
export function toast(page: Page): Locator {
  return page.getByRole('status').locator('.toast');
}

/** What this browser keeps. */
export async function stored(page: Page): Promise<Stored> {
  const text = await page.evaluate(() => localStorage.getItem('hallpass'));
  return JSON.parse(text ?? '{}') as Stored;
}

/** Counts the refreshes of all tabs from now on. */
export function countRefreshes(context: BrowserContext): { count: number } {
  const counter = { count: 0 };
  context.on('request', (request) => {
    if (request.url().endsWith('/rpc/session/refresh')) counter.count += 1;
  });
  return counter;
}

/** Makes a superuser on the usual server. */
export function makeSuperuser(username: string): void {
  execFileSync(BINARY, ['createsuperuser', '--username', username, '--password-stdin'], {
    cwd: process.env.E2E_FOLDER,
    env: { ...process.env, HALLPASS_DATABASE_URL: `sqlite://${join(process.env.E2E_FOLDER ?? '.', 'usual.db')}` },
    input: `${PASSWORD}\n`,
  });
}

/** Signs in, and goes to a page of the administration. */
export async function enter(page: Page, username: string, path: string): Promise<void> {
  await open(page, `/sign-in?next=${encodeURIComponent(path)}`);
  await fillSignIn(page, username);
  await isSignedIn(page);
  await expect(page).toHaveURL(path);
}
