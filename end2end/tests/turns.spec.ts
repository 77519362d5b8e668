// Tabs take turns at renewing, even without a grace for spent tokens.
import { SERVERS } from './servers';
import { countRefreshes, expect, isSignedIn, open, openSignedIn, outliveToken, stored, test } from './story';

test.use({ baseURL: SERVERS.exact.url });

test('a tab waits for a slow answer of another tab without asking', async ({ page, context }) => {
  await context.clock.install();
  await openSignedIn(page);
  const tabs = [page, await context.newPage(), await context.newPage()];
  for (const tab of tabs.slice(1)) await open(tab, '/account');
  const refreshes = countRefreshes(context);
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await context.route('**/rpc/session/refresh', async (route) => {
    await held;
    await route.continue();
  });
  await outliveToken(page);
  await expect.poll(() => refreshes.count).toBe(1);
  // A request times out after 20 s.
  for (let waited = 0; waited < 15_000; waited += 500) await context.clock.runFor(500);
  expect(refreshes.count).toBe(1);
  answer();
  for (const tab of tabs) await expect.poll(async () => (await stored(tab)).gen).toBe(1);
  await context.clock.runFor(5000);
  for (const tab of tabs) await isSignedIn(tab);
  expect(refreshes.count).toBe(1);
});

test('a tab without an answer lets the next one ask', async ({ page, context }) => {
  await context.clock.install();
  await openSignedIn(page);
  const other = await context.newPage();
  await open(other, '/account');
  let failed = 0;
  await context.route('**/rpc/session/refresh', (route) => {
    failed += 1;
    return failed === 1 ? route.abort() : route.continue();
  });
  await outliveToken(page);
  const generation = async () => {
    await context.clock.runFor(100);
    return (await stored(page)).gen;
  };
  await expect.poll(generation).toBe(1);
  for (const tab of [page, other]) await isSignedIn(tab);
});
