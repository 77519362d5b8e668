// Reproducible screenshots.
import type { BrowserContext, Page } from '@playwright/test';
import { number, type Cast } from '../tests/states/cast';
import type { Look } from '../tests/states/state';

/** Names of the users in screenshots; each state has its own. */
const NAMES = {
  en: {
    first: ['ada', 'ben', 'cleo', 'dev', 'edith', 'felix', 'grace', 'hugo'],
    last: ['rowe', 'ortiz', 'marsh', 'nair', 'quist', 'adeyemi', 'lindqvist', 'moreau'],
    joint: '.',
  },
  ko: {
    first: ['민아', '준호', '서연', '도윤', '하은', '지훈', '유진', '태오'],
    last: ['김', '이', '박', '최', '정', '강', '조', '윤'],
    joint: '',
  },
} as const;

const CREWS = {
  en: { crew: ['amara.diallo', 'noah.fischer', 'priya.raman', 'sam.whitlock', 'yuki.mori'], word: 'harbour.example' },
  ko: { crew: ['강수빈', '문재희', '배은서', '오승현', '한지우'], word: 'hangang.example' },
} as const;

/** The user of the state with this number. */
export function castOf(language: 'en' | 'ko', state: number): Cast {
  const { first, last, joint } = NAMES[language];
  const [one, other] = [first[state % 8]!, last[Math.floor(state / 8) % 8]!];
  const name = language === 'ko' ? `${other}${joint}${one}` : `${one}${joint}${other}`;
  return { person: () => name, boss: number(), ...CREWS[language] };
}

/** Replaces all dates by the same morning. */
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

/** The viewport, or the page from its top up to a maximum height. */
export async function take(page: Page, name: string, { colorScheme, width }: Look, part: 'page' | 'screen'): Promise<void> {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const clip = { x: 0, y: 0, width, height: Math.min(height, width === 320 ? 1600 : 1200) };
  await page.screenshot({
    path: `../docs/screenshots/${name}-${colorScheme}-${width}.png`,
    animations: 'disabled',
    ...(part === 'page' && { fullPage: true, clip }),
  });
}
