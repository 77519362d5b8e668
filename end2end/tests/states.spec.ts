// Every page in every state, in both languages, light and dark, on a small telephone and on a desk: it says
// what it is, in one language alone, fits the screen, and breaks no rule of axe. As in all stories, the console
// is silent and the policy is kept.
import type { Page } from '@playwright/test';
import { expect, test } from './story';
import { rulesBroken } from './states/axe';
import { STRANGERS } from './states/cast';
import { STATES } from './states';
import { latinWords } from './states/latin';

/** A small telephone, a desk at 200 %, and a desk. */
const WIDTHS = [320, 640, 1440];

/** The ids that more than one element has. */
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

        test(`${name} is for everyone`, async ({ page, request }) => {
          await reach({ page, request, cast: STRANGERS });
          await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading[place]!);
          await expect(page).toHaveTitle([title[place], 'Hallpass'].filter(Boolean).join(' · '));
          await expect(page.locator('html')).toHaveAttribute('lang', isBilingual ? 'en' : language);
          // A placeholder that nothing was put into.
          expect(await page.locator('body').innerText()).not.toMatch(/\{\w*\}/);
          if (language === 'ko' && !isBilingual) expect(await latinWords(page)).toEqual([]);
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 640 });
            const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            expect(beyond, `px that it is wider than ${width} px`).toBeLessThanOrEqual(0);
          }
          expect(await repeatedIds(page)).toEqual([]);
          // Axe is a script.
          if (!withoutScript) expect(await rulesBroken(page)).toEqual([]);
        });
      });
    }
  });
}
