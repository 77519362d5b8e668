// No URL leads to another site, and the sign-in returns to the requested page.
import type { APIRequestContext, Page } from '@playwright/test';
import {
  createAccount,
  expect,
  fillSignIn,
  isAlive,
  isSignedOut,
  makeSuperuser,
  open,
  openSignedIn,
  signOutButton,
  somebody,
  stored,
  test,
} from './story';

const STRANGE_PATHS = [
  '//evil.example/x',
  '/\\evil.example',
  '/%5Cevil.example',
  '/.//evil.example?x=//y',
  '/a/..//evil.example',
  '///evil.example',
  '//user@evil.example#x',
  '/\t/evil.example',
];

for (const path of STRANGE_PATHS) {
  test(`every link of ${JSON.stringify(path)} stays on this origin`, async ({ page, request, baseURL }) => {
    const sent = await (await request.get(`${baseURL}${path}`)).text();
    // The page contains a template of its own markup.
    const html = sent.split('<template')[0] ?? '';
    const written = [...html.matchAll(/<(?:a|form)[^>]* (?:href|action)="([^"]*)"/g)].map((match) => match[1]!.replaceAll('&amp;', '&'));
    expect(written.filter((href) => href.includes('language='))).toHaveLength(2);
    expect(written.map((href) => new URL(href, `${baseURL}${path}`).origin)).toEqual(written.map(() => baseURL));

    await page.goto(`${baseURL}${path}`);
    await isAlive(page);
    const links = await page.locator('a[href]').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).origin));
    expect(links).toEqual(links.map(() => baseURL));
    await page.getByRole('contentinfo').getByRole('link', { name: '한국어' }).click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
    expect(new URL(page.url()).origin).toBe(baseURL);
  });
}

for (const next of [
  '/.//evil.example',
  '/a/..//x',
  '/%2e%2E//evil.example',
  '/\t/evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'https:evil.example',
  '//user@evil.example',
  '/account/../sign-in',
  '/account/%2e%2e/sign-in',
  '/account\\..\\sign-in',
  '/sign-in/.',
  '/./register',
]) {
  test(`the sign-in returns to the account page instead of ${JSON.stringify(next)}`, async ({ page, request }) => {
    const username = await createAccount(request);
    const form = `/sign-in?next=${encodeURIComponent(next)}`;
    await open(page, form);
    await fillSignIn(page, username);
    await expect(page.getByTestId('username')).toHaveText(username);
    await expect(page).toHaveURL('/account');
    await open(page, form);
    await expect(page).toHaveURL('/account');
    await expect(page.getByTestId('username')).toHaveText(username);
  });
}

test('the return URL is resolved as in a browser', async ({ page, request }) => {
  const username = await createAccount(request);
  await open(page, `/sign-in?next=${encodeURIComponent('/account/x/..\\./sessions?a=b//c#d')}`);
  await fillSignIn(page, username);
  await expect(page).toHaveURL('/account/sessions?a=b//c#d');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your sessions');
});

test.describe('a fragment', () => {
  test('survives the sign-in', async ({ page, request }) => {
    const username = await createAccount(request);
    await open(page, '/account?x=1#password');
    await expect(page).toHaveURL('/sign-in?next=%2Faccount%3Fx%3D1%23password');
    await page.getByRole('main').getByRole('link', { name: 'Create account' }).click();
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await expect(page).toHaveURL('/sign-in?next=%2Faccount%3Fx%3D1%23password');
    await fillSignIn(page, username);
    await expect(page).toHaveURL('/account?x=1#password');
    await expect(page.getByRole('heading', { name: 'Password' })).toBeInViewport();
  });

  test('survives a change of language and theme', async ({ page }) => {
    await openSignedIn(page, '/account?x=1#password');
    const footer = page.getByRole('contentinfo');
    await footer.getByRole('link', { name: 'Dark' }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await expect(page).toHaveURL('/account?x=1#password');
    await footer.getByRole('link', { name: '한국어' }).click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
    await expect(page).toHaveURL('/account?x=1#password');
  });

  test('that changes on the page survives a change of language', async ({ page }) => {
    await openSignedIn(page, '/account');
    await page.evaluate(() => (location.hash = 'password'));
    await page.getByRole('contentinfo').getByRole('link', { name: '한국어' }).click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
    await expect(page).toHaveURL('/account#password');
  });
});

test.describe('the page of a session that ended', () => {
  test('is not shown to the next user after a sign-out', async ({ page, request }) => {
    const [boss, bob] = [somebody(), await createAccount(request)];
    makeSuperuser(boss);
    await openSignedIn(page, '/admin/events', boss);
    await signOutButton(page).click();
    await isSignedOut(page);
    await expect(page).toHaveURL('/sign-in');
    await fillSignIn(page, bob);
    await expect(page).toHaveURL('/account');
    await expect(page.getByTestId('username')).toHaveText(bob);
  });

  test('is not shown to the next user after a sign-out in another tab, nor by Back', async ({ page, context, request }) => {
    const [alice, bob] = [await createAccount(request), await createAccount(request)];
    await openSignedIn(page, '/account/sessions', alice);
    await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Security' }).click();
    await expect(page).toHaveURL('/account/security');
    const other = await context.newPage();
    await open(other, '/account');
    await signOutButton(other).click();
    await expect(page).toHaveURL('/sign-in');
    await page.goBack();
    await expect(page).toHaveURL('/sign-in');
    await fillSignIn(page, bob);
    await expect(page).toHaveURL('/account');
  });

  test('is shown again to the user of that session', async ({ page, request }) => {
    const alice = await openSignedIn(page, '/account/sessions?x=1');
    await endSession(page, request);
    await expect(page).toHaveURL('/sign-in?next=%2Faccount%2Fsessions%3Fx%3D1');
    await fillSignIn(page, alice);
    await expect(page).toHaveURL('/account/sessions?x=1');
  });

  test('is not shown to another user', async ({ page, request }) => {
    const bob = await createAccount(request);
    await openSignedIn(page, '/account/sessions');
    await endSession(page, request);
    await expect(page).toHaveURL('/sign-in?next=%2Faccount%2Fsessions');
    await open(page, '/sign-in?next=%2Faccount%2Fsessions');
    await fillSignIn(page, bob);
    await expect(page).toHaveURL('/account');
    await expect(page.getByTestId('username')).toHaveText(bob);
  });
});

/** Ends the page's session from another client, and waits until the page has noticed. */
async function endSession(page: Page, request: APIRequestContext): Promise<void> {
  const { refresh } = await stored(page);
  expect((await request.post('/api/token/blacklist/', { data: { refresh } })).status()).toBe(200);
  await page.reload();
  await isSignedOut(page);
}
