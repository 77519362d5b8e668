// The flight recorder of a tab's token engine.
import type { Page } from '@playwright/test';
import { SERVERS } from './servers';
import { expect, open, register, stored, test } from './story';

test.use({ baseURL: SERVERS.brief.url });

test('refreshes are counted and written down', async ({ page }) => {
  await register(page);
  await open(page, '/diagnostics');
  await expect.poll(() => count(page, 'Refreshes'), { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
  await expect(record(page)).toContainText('asked for the next pair');
  await expect(record(page)).toContainText('got the next pair');
  await expect(page.getByText(/^-?\d+ ms$/)).toBeVisible();
});

test('a pair that another tab got is written down', async ({ page, context }) => {
  await register(page);
  const tabs = [page, await context.newPage()];
  for (const tab of tabs) await open(tab, '/diagnostics');
  const adoptions = async () => (await Promise.all(tabs.map((tab) => count(tab, 'Adopted from other tabs')))).reduce((a, b) => a + b);
  await expect.poll(adoptions, { timeout: 15_000 }).toBeGreaterThanOrEqual(1);
  await expect
    .poll(async () => (await Promise.all(tabs.map((tab) => record(tab).innerText()))).join())
    .toContain('took over a pair that another tab got');
});

test('tries without an answer are counted, and then it goes on', async ({ page, context }) => {
  await register(page);
  await open(page, '/diagnostics');
  await context.route('**/rpc/session/refresh', (route) => route.abort());
  await expect.poll(() => count(page, 'Retries'), { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
  await expect(record(page)).toContainText(/no answer; tries again in \d+\.\d s/);
  await context.unroute('**/rpc/session/refresh');
  const before = await count(page, 'Refreshes');
  await expect.poll(() => count(page, 'Refreshes'), { timeout: 15_000 }).toBeGreaterThan(before);
});

test('no token is ever written there', async ({ page }) => {
  await register(page);
  await open(page, '/diagnostics');
  const { gen } = await stored(page);
  await expect.poll(async () => (await stored(page)).gen, { timeout: 15_000 }).toBeGreaterThan(gen);
  const { access, refresh } = await stored(page);
  const text = await page.content();
  for (const token of [access, refresh]) for (const part of token.split('.')) expect(text).not.toContain(part);
});

async function count(page: Page, name: string): Promise<number> {
  const row = page.locator('.counters > div').filter({ has: page.getByText(name, { exact: true }) });
  return Number(await row.locator('dd').innerText());
}

function record(page: Page) {
  return page.getByRole('list', { name: 'Flight recorder' });
}
