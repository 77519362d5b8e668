import { SERVERS } from './servers';
import { TIME, expect, isSignedOut, openSignedIn, outliveToken, outliveTokenAndRenew, stored, test } from './story';

test.use({ baseURL: SERVERS.strict.url });

test('a stolen, spent refresh token ends the session and the page says why', async ({ page, request }) => {
  await page.clock.install();
  await openSignedIn(page);
  const stolen = (await stored(page)).refresh;
  await outliveTokenAndRenew(page);
  const spentBy = Date.now();
  for (let renewal = 0; renewal < 2; renewal += 1) await outliveTokenAndRenew(page);
  // Longer ago than the server accepts it, on the server's clock, which nothing but waiting moves.
  await expect.poll(() => Date.now() - spentBy).toBeGreaterThan(1000);
  const thief = await request.post('/api/token/refresh/', { data: { refresh: stolen } });
  expect(thief.status()).toBe(401);
  expect(await thief.json()).toEqual({ detail: 'Token is blacklisted', code: 'token_not_valid' });
  await outliveToken(page);
  await isSignedOut(page);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await expect(page.getByRole('main').getByRole('status')).toContainText(
    new RegExp(`This session was ended at ${TIME}, because a token that had been used already came back`),
  );
});
