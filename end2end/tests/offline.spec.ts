// The service worker's page for an unreachable server.
import { expect, open, test } from './story';

test.use({ serviceWorkers: 'allow' });

test('an unreachable page is explained in both languages and loads when the server is back', async ({ page, context }) => {
  await open(page, '/');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await expect.poll(() => page.evaluate(() => !!navigator.serviceWorker.controller)).toBe(true);
  await context.setOffline(true);
  await page.goto('/account/sessions');
  await expect(page.getByRole('heading', { name: 'The server cannot be reached' })).toBeVisible();
  await expect(page.getByText('서버에 연결할 수 없습니다.')).toBeVisible();
  // It does not know whether somebody is signed in.
  await expect(page.getByText(/signed in|로그인/)).toHaveCount(0);
  await expect(page.getByRole('main')).toHaveCSS('border-style', 'dashed');
  await context.setOffline(false);
  await page.getByRole('link', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
});

test('the service worker caches its own page and no user data', async ({ page }) => {
  await open(page, '/sign-in');
  const kept = await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    const requests = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  expect(kept.sort()).toEqual(['/favicon.svg', '/offline.html', '/plain.css']);
});
