import { SERVERS } from './servers';
import { countRefreshes, expect, isSignedIn, register, stored, test } from './story';

test.use({ baseURL: SERVERS.brief.url });

for (const minutes of [10, -10]) {
  const way = minutes > 0 ? 'fast' : 'slow';

  test(`a device clock 10 minutes ${way} keeps working without a storm`, async ({ page, context }) => {
    await context.addInitScript((shift) => {
      const real = Date.now;
      Date.now = () => real() + shift;
    }, minutes * 60_000);
    const username = await register(page);
    const refreshes = countRefreshes(context);
    const before = (await stored(page)).gen;
    await expect.poll(async () => (await stored(page)).gen - before, { timeout: 20_000 }).toBeGreaterThanOrEqual(4);
    const rotations = (await stored(page)).gen - before;
    expect(refreshes.count).toBeLessThanOrEqual(rotations + 1);
    await isSignedIn(page);
    await expect(page.getByTestId('username')).toHaveText(username);
  });

  test(`a device clock that becomes 10 minutes ${way} meanwhile is survived`, async ({ page, context }) => {
    await context.addInitScript(() => {
      const real = Date.now;
      Date.now = () => real() + Number((window as unknown as { shift?: number }).shift ?? 0);
    });
    const username = await register(page);
    const refreshes = countRefreshes(context);
    await page.evaluate((shift) => Object.assign(window, { shift }), minutes * 60_000);
    await page.getByRole('link', { name: 'Hallpass' }).click();
    await expect(page.locator('.pass strong')).toHaveText(username);
    const before = (await stored(page)).gen;
    for (let call = 0; call < 10; call += 1) {
      await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
      await expect(page.getByTestId('username')).toHaveText(username);
      await page.getByRole('link', { name: 'Hallpass' }).click();
      await expect(page.locator('.pass strong')).toHaveText(username);
    }
    await expect.poll(async () => (await stored(page)).gen - before, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    expect(refreshes.count).toBeLessThanOrEqual((await stored(page)).gen + 1);
    await isSignedIn(page);
  });
}
