// Takes the screenshots in docs/screenshots of every state: `make screenshots`.
import { STATES } from '../tests/states';
import { LOOKS, look } from '../tests/states/state';
import { test } from '../tests/story';
import { castOf, onOneMorning, take } from './picture';

for (const language of ['en', 'ko'] as const) {
  test.describe(language, () => {
    test.use({ locale: { en: 'en-GB', ko: 'ko-KR' }[language], timezoneId: 'UTC' });
    test.beforeEach(({ context }) => onOneMorning(context));

    for (const [number, { name, reach, server, withoutScript, onScreen, at }] of STATES.entries()) {
      test.describe(name, () => {
        test.use({ ...(server && { baseURL: server.url }), javaScriptEnabled: !withoutScript });

        test(`${name} is pictured`, async ({ page, request }) => {
          await reach({ page, request, cast: castOf(language, number) });
          for (const one of LOOKS) {
            await look(page, one);
            if (at) await page.locator(at).evaluate((element) => element.scrollIntoView());
            await take(page, `${name}-${language}`, one, onScreen ? 'screen' : 'page');
          }
        });
      });
    }
  });
}
