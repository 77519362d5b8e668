// The base of every test: pages that fail the test on any unexpected error, and helpers for users' actions.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  devices,
  expect,
  test as base,
  type APIRequestContext,
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
} from '@playwright/test';
import { BINARY } from './servers';

export const PASSWORD = 'violet kettle harvests nine moons';

/** The lifetime of an access token of the default server, milliseconds. */
export const LIFETIME = 300_000;

/** The longest retry delay, milliseconds (`delay.rs`). */
export const LONGEST_BACKOFF = 45_000;

/** The duration of a toast, milliseconds (`SHOWN_SECONDS` in `components/toast.rs`). */
const TOAST_SHOWN_FOR = 7000;

/** A time as the pages show it: with a date unless it is today, so that tests may run at midnight. */
export const TIME = String.raw`(\d{1,2} \w+ \d{4}, )?\d\d:\d\d`;

/** The value in local storage. */
export interface Stored {
  v: number;
  sid: string;
  gen: number;
  access: string;
  refresh: string;
  received_at: number;
  skew: number;
  signed_out?: number;
}

export const test = base.extend<{ quiet: void; lastingToasts: void }, { boss: string }>({
  // A superuser of this worker.
  boss: [
    async ({}, use) => {
      const username = somebody();
      makeSuperuser(username);
      await use(username);
    },
    { scope: 'worker' },
  ],

  // Console errors, uncaught exceptions and policy violations fail the test, including in its own contexts.
  quiet: [
    async ({ browser, context }, use) => {
      const noises: string[] = [];
      await watch(context, noises);
      const newContext = browser.newContext.bind(browser);
      browser.newContext = async (options) => {
        const made = await newContext(options);
        await watch(made, noises);
        return made;
      };
      await use();
      browser.newContext = newContext;
      expect(noises).toEqual([]);
    },
    { auto: true },
  ],

  // Toasts stay until the next one, so that slow tests still see them.
  lastingToasts: [
    async ({ context }, use) => {
      await context.addInitScript((shownFor) => {
        const real = window.setTimeout;
        const set = (work: () => void, delay?: number): number => (delay === shownFor ? 0 : real(work, delay));
        window.setTimeout = set as typeof setTimeout;
      }, TOAST_SHOWN_FOR);
      await use();
    },
    { auto: true },
  ],
});

export { expect };

/** Records errors on the pages of a context. */
async function watch(context: BrowserContext, noises: string[]): Promise<void> {
  await context.exposeBinding('reportViolation', (_, text: string) => noises.push(`policy: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = (window as unknown as { reportViolation(text: string): void }).reportViolation;
      report(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  context.on('page', (page) => {
    // The browser logs every failed request, and the loader every failed chunk; tests provoke such failures.
    // some fail on purpose.
    page.on('pageerror', (error) => {
      if (!/^(Failed to fetch|NetworkError when attempting to fetch resource\.)$/.test(error.message)) noises.push(`exception: ${error.message}`);
    });
    page.on('console', (message) => {
      const isNetwork =
        /^Failed to load resource|^TypeError: (Failed to fetch|NetworkError)|^Error$|^Error: failed to fetch Wasm|blocked by Playwright$|HTTP status code is not ok$/.test(message.text());
      if (['error', 'warning'].includes(message.type()) && !isNetwork) noises.push(`console: ${message.text()}`);
    });
  });
}

let people = 0;

/** A username that is unique in this run. */
export function somebody(): string {
  people += 1;
  return `user-${process.pid}-${people}-${Math.random().toString(36).slice(2, 8)}`;
}

/** Opens a page and waits for hydration. */
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

/** Registers on the page, in any language; ends on the account page. */
export async function register(page: Page, username = somebody()): Promise<string> {
  await open(page, '/register');
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(PASSWORD);
  await page.locator('main button[type=submit]').click();
  await expect(page.getByTestId('username')).toHaveText(username);
  return username;
}

/** Creates an account through the API. */
export async function createAccount(request: APIRequestContext, username = somebody()): Promise<string> {
  const created = await request.post('/api/register/', { data: { username, password: PASSWORD } });
  expect(created.status()).toBe(201);
  return username;
}

/** Signs in through the API; returns the pair as pages store it. */
export async function obtainPair(request: APIRequestContext, username: string): Promise<Stored> {
  const answer = await request.post('/api/token/', { data: { username, password: PASSWORD } });
  expect(answer.status()).toBe(200);
  const { access, refresh } = (await answer.json()) as { access: string; refresh: string };
  const { sid, gen } = claims(access) as { sid: string; gen: number };
  return { v: 1, sid, gen, access, refresh, received_at: Date.now(), skew: 0 };
}

/** Opens a page as a user who signed in earlier, by default a new one; returns the username. */
export async function openSignedIn(page: Page, path = '/account', username?: string): Promise<string> {
  const name = username ?? (await createAccount(page.request));
  const pair = JSON.stringify(await obtainPair(page.request, name));
  // Firefox also runs this on its blank page, which has no storage.
  const store = await page.addInitScript((pair) => {
    if (location.protocol.startsWith('http')) localStorage.setItem('hallpass', pair);
  }, pair);
  await open(page, path);
  await store.dispose();
  await isSignedIn(page);
  return name;
}

export async function fillSignIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(password);
  await page.locator('main button[type=submit]').click();
}

/** The same user on a phone. */
export function onTelephone(browser: Browser, baseURL: string | undefined, username: string): Promise<Page> {
  return inAnotherBrowser(browser, baseURL, username, devices['iPhone 14'].userAgent);
}

/** The same user in another browser. */
export async function inAnotherBrowser(
  browser: Browser,
  baseURL: string | undefined,
  username: string,
  userAgent?: string,
): Promise<Page> {
  const page = await (await browser.newContext({ baseURL, userAgent })).newPage();
  await openSignedIn(page, '/account', username);
  return page;
}

/** The toast, a live region. */
export function toast(page: Page): Locator {
  return page.getByRole('status').locator('.toast');
}

/** The pair in this browser's storage. */
export async function stored(page: Page): Promise<Stored> {
  const text = await page.evaluate(() => localStorage.getItem('hallpass'));
  return JSON.parse(text ?? '{}') as Stored;
}

/** The claims of a token. */
export function claims(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

/** Moves the clock of the pages past the expiry of the access token. Timers fire once, as after a sleep of the device. */
export async function outliveToken(page: Page, by = 1.1 * LIFETIME): Promise<void> {
  await page.clock.fastForward(by);
}

/** Moves the clock of the pages past the expiry of the access token, and waits for the single renewal that follows. */
export async function outliveTokenAndRenew(page: Page, by?: number): Promise<void> {
  const { gen } = await stored(page);
  await outliveToken(page, by);
  await expect.poll(async () => (await stored(page)).gen).toBe(gen + 1);
}

/** Counts the refreshes of all tabs from now on. */
export function countRefreshes(context: BrowserContext): { count: number } {
  const counter = { count: 0 };
  context.on('request', (request) => {
    if (request.url().endsWith('/rpc/session/refresh')) counter.count += 1;
  });
  return counter;
}

/** The status of a request with an access token. */
export async function statusOf(request: APIRequestContext, access: string): Promise<number> {
  return (await request.get('/api/me/', { headers: { authorization: `Bearer ${access}` } })).status();
}

/** Whether the server has ended the session of a refresh token. */
export async function isEnded(request: APIRequestContext, refresh: string): Promise<boolean> {
  return (await request.post('/api/token/verify/', { data: { token: refresh } })).status() === 400;
}

/** The button in the header. */
export function signOutButton(page: Page): Locator {
  return page.getByRole('banner').getByRole('button', { name: 'Sign out' });
}

/** Opens a page as a new superuser; returns the username. */
export async function openAsSuperuser(page: Page, path: string): Promise<string> {
  const username = somebody();
  makeSuperuser(username);
  return openSignedIn(page, path, username);
}

/** Creates a superuser on the default server. */
export function makeSuperuser(username: string): void {
  execFileSync(BINARY, ['createsuperuser', '--username', username, '--password-stdin'], {
    cwd: process.env.E2E_FOLDER,
    env: { ...process.env, HALLPASS_DATABASE_URL: `sqlite://${join(process.env.E2E_FOLDER ?? '.', 'usual.db')}` },
    input: `${PASSWORD}\n`,
  });
}
