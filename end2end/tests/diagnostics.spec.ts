// The log of a tab's token engine.
import type { Page } from '@playwright/test';
import { LONGEST_BACKOFF, expect, open, openSignedIn, outliveToken, outliveTokenAndRenew, stored, test } from './story';

test.beforeEach(async ({ page }) => {
  await page.clock.install();
  await openSignedIn(page, '/diagnostics');
});

test('refreshes are counted and logged', async ({ page }) => {
  for (let renewal = 0; renewal < 2; renewal += 1) await outliveTokenAndRenew(page);
  await expect.poll(() => count(page, 'Refreshes')).toBe(2);
  await expect(record(page)).toContainText('requested new tokens');
  await expect(record(page)).toContainText('received new tokens');
  await expect(page.getByText(/^-?\d+ ms$/)).toBeVisible();
});

test('a pair that another tab received is logged', async ({ page, context }) => {
  const tabs = [page, await context.newPage()];
  await open(tabs[1]!, '/diagnostics');
  await outliveToken(page);
  const adoptions = async () => (await Promise.all(tabs.map((tab) => count(tab, 'Adopted from other tabs')))).reduce((a, b) => a + b);
  await expect.poll(adoptions).toBeGreaterThanOrEqual(1);
  await expect
    .poll(async () => (await Promise.all(tabs.map((tab) => record(tab).innerText()))).join())
    .toContain('adopted tokens of another tab');
});

test('failed attempts are counted, and the renewal succeeds afterwards', async ({ page, context }) => {
  await context.route('**/rpc/session/refresh', (route) => route.abort());
  await outliveToken(page);
  await expect.poll(() => count(page, 'Retries')).toBeGreaterThanOrEqual(2);
  await expect(record(page)).toContainText(/no response; retrying in \d+\.\d s/);
  await context.unroute('**/rpc/session/refresh');
  const before = await count(page, 'Refreshes');
  await page.clock.fastForward(LONGEST_BACKOFF);
  await expect.poll(() => count(page, 'Refreshes')).toBeGreaterThan(before);
});

test('the log never contains a token', async ({ page }) => {
  await outliveTokenAndRenew(page);
  await expect(record(page)).toContainText('received new tokens');
  const { access, refresh } = await stored(page);
  const text = await page.content();
  for (const token of [access, refresh]) for (const part of token.split('.')) expect(text).not.toContain(part);
});

async function count(page: Page, name: string): Promise<number> {
  const row = page.locator('.counters > div').filter({ has: page.getByText(name, { exact: true }) });
  return Number(await row.locator('dd').innerText());
}

function record(page: Page) {
  return page.getByRole('list', { name: 'Activity log' });
}
