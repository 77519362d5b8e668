import { SERVERS } from './servers';
import { expect, isSignedOut, register, stored, test } from './story';

test.use({ baseURL: SERVERS.strict.url });

test('a stolen, spent refresh token ends the session and the page says why', async ({ page, request }) => {
  await register(page);
  const stolen = (await stored(page)).refresh;
  // Spent twice over, and longer ago than is forgiven.
  await expect.poll(async () => (await stored(page)).gen, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  const thief = await request.post('/api/token/refresh/', { data: { refresh: stolen } });
  expect(thief.status()).toBe(401);
  expect(await thief.json()).toEqual({ detail: 'Token is blacklisted', code: 'token_not_valid' });
  await isSignedOut(page);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await expect(page.getByRole('main').getByRole('status')).toContainText(
    /This session was ended at \d\d:\d\d, because a token that had been used already came back/,
  );
});
