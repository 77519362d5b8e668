import { expect, isAlive, open, register, test } from './story';

// With the service worker, as users have it.
test.use({ serviceWorkers: 'allow' });

for (const path of ['/', '/register', '/sign-in', '/account', '/account/sessions', '/account/security', '/tokens', '/diagnostics', '/no/such/page']) {
  test(`${path} hydrates without console messages`, async ({ page }) => {
    const words: string[] = [];
    page.on('console', (message) => {
      const isExpected = path === '/no/such/page' && message.text().startsWith('Failed to load resource');
      if (!isExpected) words.push(message.text());
    });
    await open(page, path);
    await expect(page.locator('html')).toHaveAttribute('data-session', /signed-out/);
    expect(words).toEqual([]);
  });
}

test('navigation between pages does not reload', async ({ page }) => {
  await open(page, '/');
  await page.evaluate(() => Object.assign(window, { mark: 1 }));
  await page.getByRole('navigation').getByRole('link', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create account');
  await expect(page).toHaveTitle('Create account · Hallpass');
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  expect(await page.evaluate(() => (window as unknown as { mark?: number }).mark)).toBe(1);
});

test('an unknown page shows an error', async ({ page }) => {
  const response = await page.goto('/no/such/page');
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page not found');
});

test('a username with markup is not interpreted as HTML', async ({ page, request }) => {
  const username = 'a.b@c+d-e_f';
  const refused = await request.post('/api/register/', { data: { username: '<img src=x onerror=alert(1)>', password: 'x' } });
  expect(refused.status()).toBe(400);
  await register(page, `${username}${Math.random().toString(36).slice(2)}`);
});

test('a page whose application fails to load is readable and shows an error', async ({ page, context }) => {
  await context.route('**/*.wasm', (route) => route.abort());
  await page.goto('/sign-in');
  await expect(page.getByText('Part of the page could not be downloaded. Retrying…')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  await expect(page.getByRole('main').getByRole('button', { name: 'Sign in' })).toBeDisabled();
  await context.unroute('**/*.wasm');
  await page.reload();
  await isAlive(page);
  await expect(page.getByText('could not be downloaded')).toBeHidden();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('pages are readable and state what they need', async ({ page }) => {
    await page.goto('/sign-in');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
    await expect(page.locator('noscript p')).toBeVisible();
    await expect(page.locator('form')).toBeHidden();
  });

  for (const [path, heading, words] of [
    ['/', 'Token authentication that stays signed in', 'A stolen token ends the session'],
    ['/register', 'Create account', 'Already have an account?'],
    ['/account/sessions', 'Your sessions', 'Diagnostics'],
    ['/no/such/page', 'Page not found', 'Go to the home page'],
  ] as const) {
    test(`${path} is readable`, async ({ page }) => {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
      await expect(page.getByText(words)).toBeVisible();
      await expect(page.locator('.skeleton')).toBeHidden();
      await expect(page.locator('noscript p')).toHaveText(/^Signing in requires JavaScript/);
    });
  }
});
