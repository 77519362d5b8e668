// Pages do not jump while they come alive. That they fit the screen, states.spec.ts tells.
import type { Page } from '@playwright/test';
import { expect, isSignedIn, isSignedOut, open, openSignedIn, test } from './story';

for (const width of [320, 1440]) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 900 } });

    test('nothing jumps while a page comes alive', async ({ page }) => {
      await page.addInitScript(watchShifts);
      for (const path of ['/', '/sign-in']) await expectStill(page, path, isSignedOut);
      await openSignedIn(page);
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

interface Shifts {
  total: number;
  told: string[];
}

/** Adds up what moves on the page, for `shiftsSoFar`. */
function watchShifts(): void {
  const shifts: Shifts = { total: 0, told: [] };
  const note = (entries: PerformanceEntryList): void => {
    for (const { value, hadRecentInput, sources } of entries as LayoutShift[]) {
      if (hadRecentInput) continue;
      shifts.total += value;
      shifts.told.push(`${value.toFixed(3)} by ${sources.map(({ node }) => (node as Element | null)?.outerHTML?.slice(0, 60)).join(', ')}`);
    }
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  const nextFrame = () => new Promise(requestAnimationFrame);
  const shiftsSoFar = async (): Promise<Shifts> => {
    // What is on its way to the screen is there a frame later, and is reported by the next.
    await nextFrame();
    await nextFrame();
    note(observer.takeRecords());
    return shifts;
  };
  Object.assign(window, { shiftsSoFar });
}

async function expectStill(page: Page, path: string, isSettled: (page: Page) => Promise<void>): Promise<void> {
  await open(page, path);
  await isSettled(page);
  await expect(page.locator('.skeleton')).toHaveCount(0);
  const { total, told } = await page.evaluate(() => (window as unknown as { shiftsSoFar(): Promise<Shifts> }).shiftsSoFar());
  test.info().annotations.push({ type: 'layout shift', description: `${path}: ${total.toFixed(3)}` });
  expect(total, [path, ...told].join('\n')).toBeLessThan(0.05);
}
