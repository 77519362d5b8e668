// A sign-out reaches the server, whatever becomes of its tab.
import type { Page } from '@playwright/test';
import { createAccount, expect, fillSignIn, isEnded, isSignedOut, open, openSignedIn, signOutButton, stored, test } from './story';

const BLACKLIST = '**/rpc/session/blacklist';

test('a sign-out completes although the window is closed at once', async ({ page, request }) => {
  const kept: boolean[] = [];
  await page.exposeBinding('reportKeepalive', (_, keepalive: boolean) => kept.push(keepalive));
  await page.addInitScript(() => {
    const real = window.fetch;
    window.fetch = (...sent) => {
      const [asked] = sent;
      const report = (window as unknown as { reportKeepalive(keepalive: boolean): void }).reportKeepalive;
      if (asked instanceof Request && asked.url.endsWith('/rpc/session/blacklist')) report(asked.keepalive);
      return real(...sent);
    };
  });
  await openSignedIn(page);
  const { refresh } = await stored(page);
  await signOutButton(page).click();
  await expect.poll(() => kept).toEqual([true]);
  await page.close();
  await expect.poll(() => isEnded(request, refresh)).toBe(true);
});

test('another tab completes a sign-out', async ({ page, context, request }) => {
  const other = await context.newPage();
  await openSignedIn(page);
  await open(other, '/account');
  const { refresh } = await signOutUnheard(page);
  await page.close();
  await isSignedOut(other);
  await context.unroute(BLACKLIST);
  await expect.poll(() => isEnded(request, refresh)).toBe(true);
  await expect.poll(() => stored(other)).not.toHaveProperty('pending');
});

test('the next visit completes a sign-out, also after another sign-in', async ({ page, context, request }) => {
  const username = await openSignedIn(page);
  const { refresh } = await signOutUnheard(page);
  const next = await createAccount(request);
  for (const name of [username, next]) {
    await open(page, '/sign-in');
    if ((await stored(page)).access) await signOutUnheard(page);
    await fillSignIn(page, name);
    await expect(page.getByTestId('username')).toHaveText(name);
  }
  await page.close();
  await context.unroute(BLACKLIST);
  const again = await context.newPage();
  await open(again, '/');
  await expect.poll(() => isEnded(request, refresh)).toBe(true);
  await expect.poll(() => stored(again)).not.toHaveProperty('unfinished');
  await expect(again.locator('.pass strong')).toHaveText(next);
});

/** Signs out without reaching the server; returns the stored pair. */
async function signOutUnheard(page: Page) {
  const before = await stored(page);
  await page.context().route(BLACKLIST, (route) => route.abort());
  const heard = page.waitForRequest(BLACKLIST);
  await signOutButton(page).click();
  await isSignedOut(page);
  await heard;
  return before;
}
