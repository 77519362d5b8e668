// The example of `hallpass-leptos` (`examples/leptos`): a sign-in, a protected server function, and five tabs that
// share a session while its access tokens live two seconds.
import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { FIRST_PORT } from './servers';
import { PASSWORD, expect, somebody, test, type Stored } from './story';

const FOLDER = resolve('../target/example');
const BINARY = resolve(process.env.E2E_EXAMPLE ?? '../target/debug/leptos-example');
const URL = `http://127.0.0.1:${FIRST_PORT + 9}`;

let server: ChildProcess;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ request }) => {
  server = spawn(BINARY, [FOLDER], {
    cwd: process.env.E2E_FOLDER,
    stdio: 'ignore',
    env: {
      HALLPASS_LISTEN: new globalThis.URL(URL).host,
      HALLPASS_DATABASE_URL: `sqlite://${join(process.env.E2E_FOLDER!, 'example.db')}`,
      HALLPASS_ACCESS_TOKEN_LIFETIME: '2s',
      HALLPASS_LEEWAY: '60s',
    },
  });
  await expect(async () => expect((await request.get(`${URL}/healthz`)).ok()).toBe(true)).toPass();
});

test.afterAll(() => {
  server.kill();
});

const stored = (page: Page): Promise<Stored> => page.evaluate(() => JSON.parse(localStorage.getItem('hallpass')!));

test('a session survives in five tabs of an application of 100 lines', async ({ page, context, request }) => {
  const username = somebody();
  const account = { username, password: PASSWORD };
  expect((await request.post(`${URL}/api/register/`, { data: account })).status()).toBe(201);

  await page.goto(`${URL}/example`);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading')).toHaveText(`Signed in as ${username}`);
  const { sid } = await stored(page);

  const tabs = [page, ...(await Promise.all([1, 2, 3, 4].map(() => context.newPage())))];
  for (const tab of tabs.slice(1)) {
    await tab.goto(`${URL}/example`);
  }
  await expect(async () => expect((await stored(page)).gen).toBeGreaterThan(5)).toPass();
  for (const tab of tabs) {
    await tab.getByRole('button', { name: 'Call the server' }).click();
    await expect(tab.getByRole('status')).toHaveText(/^Ok\(\d+\)/);
    await expect(tab.getByRole('heading')).toHaveText(`Signed in as ${username}`);
  }
  expect((await stored(page)).sid).toBe(sid);

  await tabs[2]!.getByRole('button', { name: 'Sign out' }).click();
  for (const tab of tabs) {
    await expect(tab.getByRole('button', { name: 'Sign in' })).toBeVisible();
  }
});

test('a rejected sign-in shows the words of the server', async ({ page }) => {
  await page.goto(`${URL}/example`);
  await page.getByLabel('Username').fill('nobody');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toHaveText('No active account found with the given credentials');
});
