// In how many ways each page is pictured, and how a picture is taken that is the same the next time.
import type { BrowserContext, Page } from '@playwright/test';

export interface Look {
  language: 'en' | 'ko';
  colorScheme: 'light' | 'dark';
  width: 320 | 1440;
  /** Who is signed in. */
  username: string;
}

const PEOPLE = {
  en: ['ada.rowe', 'ben.ortiz', 'cleo.marsh', 'dev.nair'],
  ko: ['김민아', '이준호', '박서연', '최도윤'],
} as const;

const PLACES = [
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'light', width: 1440 },
  { colorScheme: 'dark', width: 320 },
  { colorScheme: 'dark', width: 1440 },
] as const;

export const LOOKS: Look[] = (['en', 'ko'] as const).flatMap((language) =>
  PLACES.map((place, number) => ({ language, ...place, username: PEOPLE[language][number]! })),
);

/** What the browser is told of a look. */
export function settings({ language, colorScheme, width }: Look) {
  const locale = language === 'ko' ? 'ko-KR' : 'en-GB';
  return { locale, colorScheme, viewport: { width, height: width === 320 ? 640 : 900 }, timezoneId: 'UTC' };
}

/** Whatever happens, pages say that it happened on one same morning. */
export async function onOneMorning(context: BrowserContext): Promise<void> {
  await context.addInitScript((begun) => {
    const morning = Date.UTC(2026, 4, 12, 9, 41, 15);
    const real = Date.prototype.toLocaleString;
    Date.prototype.toLocaleString = function (locales?: Intl.LocalesArgument, options?: Intl.DateTimeFormatOptions) {
      const since = this.getTime() - begun;
      const isOurs = Math.abs(since) < 365 * 24 * 3600 * 1000;
      return real.call(isOurs ? new Date(morning + since) : this, locales, options);
    };
  }, Date.now());
}

/** What is on the screen, or the page from its top as far as it is worth a picture. */
export async function take(page: Page, look: Look, name: string, part: 'page' | 'screen' = 'page'): Promise<void> {
  const { language, colorScheme, width } = look;
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const clip = { x: 0, y: 0, width, height: Math.min(height, width === 320 ? 1600 : 1200) };
  await page.screenshot({
    path: `../docs/screenshots/${name}-${language}-${colorScheme}-${width}.png`,
    animations: 'disabled',
    ...(part === 'page' && { fullPage: true, clip }),
  });
}
