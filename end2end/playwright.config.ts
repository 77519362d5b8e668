// The browser tests: real Chromium against the release build, each kind of server with a database of
// its own. With BROWSER=firefox, those about what browsers differ in, in Firefox.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineConfig, devices } from '@playwright/test';
import { findBrowser, findFirefox } from './browser.js';
import { BINARY, SERVERS } from './tests/servers';

// Workers read this file too; the folder is made once.
process.env.E2E_FOLDER ??= mkdtempSync(join(tmpdir(), 'hallpass-e2e-'));
const folder = process.env.E2E_FOLDER;

const inChromium = {
  ...devices['Desktop Chrome'],
  launchOptions: {
    executablePath: findBrowser(),
    // A container's root has no sandbox to be put in.
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
  },
};

const inFirefox = {
  ...devices['Desktop Firefox'],
  browserName: 'firefox' as const,
  ...(findFirefox()?.isOwn ? {} : { channel: 'moz-firefox', launchOptions: { executablePath: resolve('bidi.js') } }),
};

const isFirefox = process.env.BROWSER === 'firefox';

/** Storage events, locks, requests that fail, and forms. */
const FIREFOX_STORIES = /(tabs|renewal|network|trouble|sign-in|register|profile|edits)\.spec\.ts/;

export default defineConfig({
  testDir: process.env.SCREENSHOTS ? 'screenshots' : 'tests',
  testMatch: isFirefox ? FIREFOX_STORIES : undefined,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  workers: 2,
  // These bound what hangs. No verdict depends on how quick a machine is.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  use: {
    ...(isFirefox ? inFirefox : inChromium),
    baseURL: SERVERS.usual.url,
    // Dates are written as the browser's region does.
    locale: 'en-GB',
    // A trace of every test costs a third of its time.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    // It passes on pages alone, but what passes there no story can hold up.
    serviceWorkers: 'block',
  },
  webServer: Object.values(SERVERS).map(({ name, url, settings }) => ({
    command: `${BINARY} serve`,
    url: `${url}/healthz`,
    cwd: folder,
    reuseExistingServer: false,
    env: {
      HALLPASS_LISTEN: new URL(url).host,
      HALLPASS_DATABASE_URL: `sqlite://${join(folder, `${name}.db`)}`,
      // Everybody comes from one address here, and signs in all the time.
      HALLPASS_LIMITS: 'off',
      ...settings,
    },
  })),
});
