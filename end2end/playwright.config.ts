// The browser tests: real Chromium against the release build, with one server and database per configuration. With
// BROWSER=firefox, the tests about differences between browsers in Firefox.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineConfig, devices } from '@playwright/test';
import { findBrowser, findFirefox } from './browser.js';
import { BINARY, SERVERS } from './tests/servers';

// Worker processes read this file, too; the folder is created once.
process.env.E2E_FOLDER ??= mkdtempSync(join(tmpdir(), 'hallpass-e2e-'));
const folder = process.env.E2E_FOLDER;

const inChromium = {
  ...devices['Desktop Chrome'],
  launchOptions: {
    executablePath: findBrowser(),
    // A container's root cannot use the sandbox.
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
  },
};

const inFirefox = {
  ...devices['Desktop Firefox'],
  browserName: 'firefox' as const,
  ...(findFirefox()?.isOwn ? {} : { channel: 'moz-firefox', launchOptions: { executablePath: resolve('bidi.js') } }),
};

const isFirefox = process.env.BROWSER === 'firefox';

/** Storage events, locks, failing requests and forms. */
const FIREFOX_STORIES = /(tabs|renewal|network|trouble|sign-in|register|profile|edits)\.spec\.ts/;

export default defineConfig({
  testDir: process.env.SCREENSHOTS ? 'screenshots' : 'tests',
  testMatch: isFirefox ? FIREFOX_STORIES : undefined,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  workers: 2,
  // Timeouts only end tests that hang. No result depends on the machine's speed.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  use: {
    ...(isFirefox ? inFirefox : inChromium),
    baseURL: SERVERS.usual.url,
    // Dates have the format of the browser's region.
    locale: 'en-GB',
    // A trace of every test costs a third of its time.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    // Service workers bypass `page.route`; tests that need one allow it.
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
      // All tests use one IP address and sign in often.
      HALLPASS_LIMITS: 'off',
      ...settings,
    },
  })),
});
