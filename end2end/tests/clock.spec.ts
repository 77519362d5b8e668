// A device whose clock is wrong.
import { LIFETIME, countRefreshes, expect, isSignedIn, openSignedIn, outliveTokenAndRenew, register, stored, test } from './story';

/** How wrong the clock is, milliseconds. */
const CHANGE = 600_000;

for (const [way, change] of [['fast', CHANGE], ['slow', -CHANGE]] as const) {

  test(`a device clock 10 minutes ${way} keeps working without a storm`, async ({ page, context }) => {
    await page.clock.install({ time: Date.now() + change });
    // On the page, which learns from the answer how wrong the clock is.
    const username = await register(page);
    const refreshes = countRefreshes(context);
    const before = (await stored(page)).gen;
    for (let renewal = 1; renewal <= 4; renewal += 1) {
      await outliveTokenAndRenew(page);
      // Half of a life is too early for the next renewal.
      await page.clock.fastForward(LIFETIME / 2);
    }
    await outliveTokenAndRenew(page);
    expect((await stored(page)).gen - before).toBe(5);
    expect(refreshes.count).toBe(5);
    await isSignedIn(page);
    await expect(page.getByTestId('username')).toHaveText(username);
  });

  test(`a device clock that becomes 10 minutes ${way} meanwhile is survived`, async ({ page, context }) => {
    await page.clock.install();
    const username = await openSignedIn(page);
    await expect(page.getByTestId('username')).toHaveText(username);
    const refreshes = countRefreshes(context);
    const before = (await stored(page)).gen;
    await page.clock.setSystemTime(Date.now() + change);
    // A pair that has just arrived is taken for good whatever the clock says, so let it become older than that.
    await page.clock.fastForward(LIFETIME / 2);
    await page.getByRole('link', { name: 'Hallpass' }).click();
    await expect(page.locator('.pass strong')).toHaveText(username);
    for (let call = 0; call < 10; call += 1) {
      await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
      await expect(page.getByTestId('username')).toHaveText(username);
      await page.getByRole('link', { name: 'Hallpass' }).click();
      await expect(page.locator('.pass strong')).toHaveText(username);
    }
    // A token that looks dead is renewed at the first call; one that looks alive, when its time has come.
    const early = way === 'fast' ? 1 : 0;
    expect((await stored(page)).gen - before).toBe(early);
    for (let renewal = 1; renewal <= 2; renewal += 1) await outliveTokenAndRenew(page, LIFETIME + 2 * CHANGE);
    expect((await stored(page)).gen - before).toBe(early + 2);
    expect(refreshes.count).toBe(early + 2);
    await isSignedIn(page);
  });
}
