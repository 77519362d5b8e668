// Measurements of the release: sequential, each with its own servers.
import { defineConfig, devices } from '@playwright/test';
import { findBrowser } from '../browser.js';

export default defineConfig({
  testDir: '.',
  testMatch: '*.measure.ts',
  outputDir: '../test-results',
  workers: 1,
  retries: 0,
  timeout: 600_000,
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    launchOptions: { executablePath: findBrowser(), args: ['--no-sandbox', '--disable-quic'] },
  },
});
