import { SERVERS } from './servers';
import { TIME, expect, isSignedOut, openSignedIn, outliveToken, outliveTokenAndRenew, stored, test } from './story';

test.use({ baseURL: SERVERS.strict.url });

test('reuse of a stolen refresh token ends the session, and the page shows the reason', async ({ page, request }) => {
  await page.clock.install();
  await openSignedIn(page);
  const stolen = (await stored(page)).refresh;
  await outliveTokenAndRenew(page);
  const spentBy = Date.now();
  for (let renewal = 0; renewal < 2; renewal += 1) await outliveTokenAndRenew(page);
  // Wait until the server's grace is over; its clock cannot be advanced.
  await expect.poll(() => Date.now() - spentBy).toBeGreaterThan(1000);
  const thief = await request.post('/api/token/refresh/', { data: { refresh: stolen } });
  expect(thief.status()).toBe(401);
  expect(await thief.json()).toEqual({ detail: 'Token is blacklisted', code: 'token_not_valid' });
  await outliveToken(page);
  await isSignedOut(page);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await expect(page.getByRole('main').getByRole('status')).toContainText(
    new RegExp(`You were signed out at ${TIME} because an old token was used again`),
  );
});
