// Devices with a wrong clock.
import { LIFETIME, countRefreshes, expect, isSignedIn, openSignedIn, outliveTokenAndRenew, register, stored, test } from './story';

/** The clock's error, milliseconds. */
const CHANGE = 600_000;

for (const [way, change] of [['fast', CHANGE], ['slow', -CHANGE]] as const) {

  test(`a device clock 10 minutes ${way} causes no extra refreshes`, async ({ page, context }) => {
    await page.clock.install({ time: Date.now() + change });
    // The page learns the clock's error from the response.
    const username = await register(page);
    const refreshes = countRefreshes(context);
    const before = (await stored(page)).gen;
    for (let renewal = 1; renewal <= 4; renewal += 1) {
      await outliveTokenAndRenew(page);
      // Half of the lifetime is too early for the next renewal.
      await page.clock.fastForward(LIFETIME / 2);
    }
    await outliveTokenAndRenew(page);
    expect((await stored(page)).gen - before).toBe(5);
    expect(refreshes.count).toBe(5);
    await isSignedIn(page);
    await expect(page.getByTestId('username')).toHaveText(username);
  });

  test(`a device clock that jumps 10 minutes ${way} keeps the session`, async ({ page, context }) => {
    await page.clock.install();
    const username = await openSignedIn(page);
    await expect(page.getByTestId('username')).toHaveText(username);
    const refreshes = countRefreshes(context);
    const before = (await stored(page)).gen;
    await page.clock.setSystemTime(Date.now() + change);
    // A new pair is considered valid whatever the clock says, so let it become older than that.
    await page.clock.fastForward(LIFETIME / 2);
    await page.getByRole('link', { name: 'Hallpass' }).click();
    await expect(page.locator('.pass strong')).toHaveText(username);
    for (let call = 0; call < 10; call += 1) {
      await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
      await expect(page.getByTestId('username')).toHaveText(username);
      await page.getByRole('link', { name: 'Hallpass' }).click();
      await expect(page.locator('.pass strong')).toHaveText(username);
    }
    // A token that looks expired is renewed at the first call; one that looks valid, when due.
    const early = way === 'fast' ? 1 : 0;
    expect((await stored(page)).gen - before).toBe(early);
    for (let renewal = 1; renewal <= 2; renewal += 1) await outliveTokenAndRenew(page, LIFETIME + 2 * CHANGE);
    expect((await stored(page)).gen - before).toBe(early + 2);
    expect(refreshes.count).toBe(early + 2);
    await isSignedIn(page);
  });
}
