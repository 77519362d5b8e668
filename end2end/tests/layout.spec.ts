// Pages do not move during hydration. states.spec.ts checks that they fit the screen.
import type { Page } from '@playwright/test';
import { createAccount, expect, isSignedIn, isSignedOut, onTelephone, open, openAsSuperuser, openSignedIn, test } from './story';

for (const width of [320, 1440]) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 900 } });

    test('nothing moves during hydration', async ({ page }) => {
      await page.addInitScript(watchShifts);
      for (const path of ['/', '/sign-in']) await expectStill(page, path, isSignedOut);
      await openSignedIn(page);
      for (const path of ['/', '/account', '/account/sessions', '/account/security', '/tokens']) await expectStill(page, path, isSignedIn);
    });
  });
}

for (const { width, scale } of [
  { width: 280, scale: 1 },
  { width: 320, scale: 1 },
  { width: 320, scale: 1.5 },
  { width: 640, scale: 2 },
]) {
  test(`no link of the header is truncated for staff at ${width} px and ${scale * 100} %`, async ({ page }) => {
    await page.setViewportSize({ width, height: 700 });
    await openAsSuperuser(page, '/account');
    await expect(page.locator('html')).toHaveAttribute('data-staff', '');
    await page.evaluate((scale) => (document.documentElement.style.fontSize = `${scale * 100}%`), scale);
    const ends = await page.locator('.top').evaluate((header) => {
      const visible = [...header.querySelectorAll('a, button')].filter((link) => link.checkVisibility());
      const nav = header.querySelector('nav')!;
      return { right: visible.map((link) => link.getBoundingClientRect().right), width: document.documentElement.clientWidth, cut: nav.scrollWidth - nav.clientWidth };
    });
    expect(ends.right).toHaveLength(4);
    expect(Math.max(...ends.right)).toBeLessThanOrEqual(ends.width);
    expect(ends.cut).toBeLessThanOrEqual(0);
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a dialog's backdrop and the scrollbar gutter have one colour in ${colorScheme}`, async ({ page, request, browser, baseURL }) => {
    const username = await createAccount(request);
    await onTelephone(browser, baseURL, username);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openSignedIn(page, '/account/sessions', username);
    const width = await page.evaluate(() => document.body.getBoundingClientRect().width);
    await page.getByRole('main').getByRole('button', { name: /^End session/ }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await page.evaluate(() => document.body.getBoundingClientRect().width)).toBe(width);
    await expect.poll(() => coloursAround(page, width)).toHaveLength(1);
  });
}

/** The colours on both sides of the border between the page and the scrollbar gutter. */
async function coloursAround(page: Page, width: number): Promise<string[]> {
  const clip = { x: Math.floor(width) - 10, y: 300, width: page.viewportSize()!.width - Math.floor(width) + 10, height: 1 };
  const picture = (await page.screenshot({ clip, animations: 'disabled' })).toString('base64');
  return page.evaluate(async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
    canvas.drawImage(image, 0, 0);
    const { data } = canvas.getImageData(0, 0, image.width, 1);
    return [...new Set(Array.from({ length: image.width }, (_, place) => data.slice(4 * place, 4 * place + 3).join(' ')))];
  }, picture);
}

/** A layout shift as the browser reports it; TypeScript has no type for it yet. */
interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

interface Shifts {
  total: number;
  descriptions: string[];
}

/** Sums up layout shifts for `shiftsSoFar`. */
function watchShifts(): void {
  const shifts: Shifts = { total: 0, descriptions: [] };
  const note = (entries: PerformanceEntryList): void => {
    for (const { value, hadRecentInput, sources } of entries as LayoutShift[]) {
      if (hadRecentInput) continue;
      shifts.total += value;
      shifts.descriptions.push(`${value.toFixed(3)} by ${sources.map(({ node }) => (node as Element | null)?.outerHTML?.slice(0, 60)).join(', ')}`);
    }
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  const nextFrame = () => new Promise(requestAnimationFrame);
  const shiftsSoFar = async (): Promise<Shifts> => {
    // Pending changes are rendered one frame later and reported in the next.
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
  const { total, descriptions } = await page.evaluate(() => (window as unknown as { shiftsSoFar(): Promise<Shifts> }).shiftsSoFar());
  test.info().annotations.push({ type: 'layout shift', description: `${path}: ${total.toFixed(3)}` });
  expect(total, [path, ...descriptions].join('\n')).toBeLessThan(0.05);
}
