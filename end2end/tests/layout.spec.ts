// Pages fit a small telephone and a zoomed desk, and do not jump while they come alive.
import type { Page } from '@playwright/test';
import { expect, isSignedIn, isSignedOut, open, register, test } from './story';

const PAGES = ['/', '/account', '/account/sessions', '/account/security', '/tokens', '/diagnostics', '/no/such/page'];

const SIZES = [
  { name: 'on a small telephone', viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 },
  { name: 'at 200 % on a desk', viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
] as const;

for (const locale of ['en-GB', 'ko-KR']) {
  for (const { name, ...size } of SIZES) {
    test.describe(`${name}, ${locale}`, () => {
      test.use({ ...size, locale });

      test('no page is wider than the screen', async ({ page }) => {
        for (const path of ['/', '/sign-in', '/register']) await expectToFit(page, path);
        await register(page);
        for (const path of PAGES) await expectToFit(page, path);
      });
    });
  }
}

for (const width of [320, 1440]) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 900 } });

    test('nothing jumps while a page comes alive', async ({ page }) => {
      await page.addInitScript(() => {
        const shifts: string[] = [];
        Object.assign(window, { shifts, shift: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as LayoutShift[]) {
            if (entry.hadRecentInput) continue;
            (window as unknown as { shift: number }).shift += entry.value;
            shifts.push(`${entry.value.toFixed(3)} by ${entry.sources.map(({ node }) => (node as Element | null)?.outerHTML?.slice(0, 60)).join(', ')}`);
          }
        }).observe({ type: 'layout-shift', buffered: true });
      });
      for (const path of ['/', '/sign-in']) await expectStill(page, path, isSignedOut);
      await register(page);
      for (const path of ['/', '/account', '/account/sessions', '/account/security', '/tokens']) await expectStill(page, path, isSignedIn);
    });
  });
}

/** As the browser reports it; not yet in TypeScript's own descriptions. */
interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

async function expectToFit(page: Page, path: string): Promise<void> {
  await open(page, path);
  await expect(page.locator('.skeleton')).toHaveCount(0);
  const [scroll, client] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  expect(scroll, path).toBeLessThanOrEqual(client!);
}

async function expectStill(page: Page, path: string, isSettled: (page: Page) => Promise<void>): Promise<void> {
  await open(page, path);
  await isSettled(page);
  await expect(page.locator('.skeleton')).toHaveCount(0);
  await page.waitForTimeout(300);
  const { shift, shifts } = await page.evaluate(() => {
    const { shift, shifts } = window as unknown as { shift: number; shifts: string[] };
    return { shift, shifts };
  });
  test.info().annotations.push({ type: 'layout shift', description: `${path}: ${shift.toFixed(3)}` });
  expect(shift, [path, ...shifts].join('\n')).toBeLessThan(0.05);
}
