// Every page in every state, in both languages and themes, on a small phone and on a desktop: has its heading and
// title, contains one language only, fits the screen, and passes axe. As in all tests, the console is silent and the
// content security policy is kept.
import type { Page } from '@playwright/test';
import { expect, test } from './story';
import { rulesBroken } from './states/axe';
import { STRANGERS } from './states/cast';
import { STATES } from './states';
import { latinWords } from './states/latin';

/** A small phone, a desktop at 200 %, and a desktop. */
const WIDTHS = [320, 640, 1440];

/** Ids that occur more than once. */
async function repeatedIds(page: Page): Promise<string[]> {
  const all = await page.locator('[id]').evaluateAll((elements) => elements.map(({ id }) => id));
  return all.filter((id, place) => all.indexOf(id) !== place);
}

for (const [place, language] of (['en', 'ko'] as const).entries()) {
  test.describe(language, () => {
    test.use({ locale: { en: 'en-GB', ko: 'ko-KR' }[language] });

    for (const { name, heading, title = heading, reach, server, withoutScript, isBilingual } of STATES) {
      test.describe(name, () => {
        test.use({ ...(server && { baseURL: server.url }), javaScriptEnabled: !withoutScript });

        test(`${name} is accessible`, async ({ page, request }) => {
          await reach({ page, request, cast: STRANGERS });
          await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading[place]!);
          await expect(page).toHaveTitle([title[place], 'Hallpass'].filter(Boolean).join(' · '));
          await expect(page.locator('html')).toHaveAttribute('lang', isBilingual ? 'en' : language);
          // An unfilled placeholder.
          expect(await page.locator('body').innerText()).not.toMatch(/\{\w*\}/);
          if (language === 'ko' && !isBilingual) expect(await latinWords(page)).toEqual([]);
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 640 });
            const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            expect(beyond, `px that it is wider than ${width} px`).toBeLessThanOrEqual(0);
          }
          expect(await repeatedIds(page)).toEqual([]);
          // Axe needs scripts.
          if (!withoutScript) expect(await rulesBroken(page)).toEqual([]);
        });
      });
    }
  });
}
