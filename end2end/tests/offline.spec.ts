// Without a server there is still a page, and it is ours.
import { expect, open, test } from './story';

test.use({ serviceWorkers: 'allow' });

test('a page that cannot be had is told of in both languages, and is there when the server is', async ({ page, context }) => {
  await open(page, '/');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await expect.poll(() => page.evaluate(() => !!navigator.serviceWorker.controller)).toBe(true);
  await context.setOffline(true);
  await page.goto('/account/sessions');
  await expect(page.getByRole('heading', { name: 'The server cannot be reached' })).toBeVisible();
  await expect(page.getByText('서버에 연결할 수 없습니다.')).toBeVisible();
  // It does not know whether anybody is signed in.
  await expect(page.getByText(/signed in|로그인/)).toHaveCount(0);
  await expect(page.getByRole('main')).toHaveCSS('border-style', 'dashed');
  await context.setOffline(false);
  await page.getByRole('link', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
});

test('the service worker keeps its own page and nothing of a person', async ({ page }) => {
  await open(page, '/sign-in');
  const kept = await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    const requests = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  expect(kept.sort()).toEqual(['/favicon.svg', '/offline.html', '/plain.css']);
});
