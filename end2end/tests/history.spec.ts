// Back restores the page of a list and the scroll position.
import type { APIRequestContext, Page } from '@playwright/test';
import { createAccount, expect, makeSuperuser, obtainPair, openSignedIn, somebody, test as base } from './story';

/** `crowd` is the prefix of 45 usernames of this worker, `boss` a superuser. */
const test = base.extend<object, { crowd: { boss: string; prefix: string } }>({
  crowd: [
    async ({ playwright }, use, { project }) => {
      const request = await playwright.request.newContext({ baseURL: project.use.baseURL });
      const [boss, prefix] = [somebody(), `${somebody()}-`];
      makeSuperuser(boss);
      for (let first = 1; first <= 45; first += 15) await people(request, prefix, first);
      await request.dispose();
      await use({ boss, prefix });
    },
    { scope: 'worker' },
  ],
});

async function people(request: APIRequestContext, prefix: string, first: number): Promise<void> {
  const numbers = Array.from({ length: 15 }, (_, place) => String(first + place).padStart(2, '0'));
  await Promise.all(numbers.map((number) => createAccount(request, prefix + number)));
}

const pager = (page: Page) => page.getByRole('navigation', { name: 'Pages' });
const users = (page: Page, prefix: string) => page.getByRole('link', { name: prefix });

async function turn(page: Page, button: 'Next' | 'Previous', number: number): Promise<void> {
  await pager(page).getByRole('button', { name: button }).click();
  await isOn(page, number);
}

async function isOn(page: Page, number: number): Promise<void> {
  await expect(pager(page)).toContainText(`Page ${number} of 3`);
}

test('pages and searches of a list are entries of the session history', async ({ page, crowd: { boss, prefix } }) => {
  await openSignedIn(page, '/admin/users', boss);
  await page.getByRole('searchbox').fill(prefix);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/search=/);
  await isOn(page, 1);
  await turn(page, 'Next', 2);
  await turn(page, 'Next', 3);
  await expect(page).toHaveURL(/page=3$/);
  await page.goBack();
  await isOn(page, 2);
  await expect(page).toHaveURL(/page=2$/);
  await page.goForward();
  await isOn(page, 3);
  // The URL stays in sync after steps back and forward.
  await turn(page, 'Previous', 2);
  await expect(page).toHaveURL(/page=2$/);
  await page.goBack();
  await isOn(page, 3);
  await page.goBack();
  await page.goBack();
  await isOn(page, 1);
  await page.goBack();
  await expect(page).toHaveURL('/admin/users');
  await expect(page.getByRole('searchbox')).toHaveValue('');
});

test('repeating a search adds no entry to the session history', async ({ page, crowd: { boss, prefix } }) => {
  await openSignedIn(page, '/admin/tokens', boss);
  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Users' }).click();
  await expect(page).toHaveURL('/admin/users');
  for (let time = 0; time < 3; time += 1) {
    await page.getByRole('searchbox').fill(prefix);
    await page.keyboard.press('Enter');
    await isOn(page, 1);
  }
  await page.goBack();
  await expect(page).toHaveURL('/admin/users');
  await page.goBack();
  await expect(page).toHaveURL('/admin/tokens');
});

test("the page of a user's events is in the URL", async ({ page, request }) => {
  const username = await createAccount(request);
  const visit = async () => {
    const { refresh } = await obtainPair(request, username);
    await request.post('/api/token/blacklist/', { data: { refresh } });
  };
  await Promise.all(Array.from({ length: 21 }, visit));
  await openSignedIn(page, '/account/security', username);
  await turn(page, 'Next', 2);
  await expect(page).toHaveURL('/account/security?page=2');
  await page.reload();
  await isOn(page, 2);
  await turn(page, 'Next', 3);
  await page.goBack();
  await isOn(page, 2);
  await page.goBack();
  await isOn(page, 1);
  await page.goto('/account/security?page=77');
  await isOn(page, 1);
});

test.describe('the scroll position', () => {
  test('is restored after Back to a list and after a reload', async ({ page, crowd: { boss, prefix } }) => {
    await openSignedIn(page, `/admin/users?search=${prefix}&page=2`, boss);
    await expect(users(page, prefix)).toHaveCount(20);
    const place = await scrollTo(page, 500);
    await users(page, prefix).nth(12).evaluate((link: HTMLElement) => link.click());
    await expect(page.getByTestId('user')).toBeVisible();
    await expect.poll(() => scrolled(page)).toBe(0);
    await page.goBack();
    await expect.poll(() => scrolled(page)).toBe(place);
    await expect(users(page, prefix)).toHaveCount(20);
    await page.reload();
    await expect(users(page, prefix)).toHaveCount(20);
    await expect.poll(() => scrolled(page)).toBe(place);
  });

  test('is restored between pages of a list', async ({ page, crowd: { boss, prefix } }) => {
    await openSignedIn(page, `/admin/users?search=${prefix}`, boss);
    const place = await scrollTo(page, 400);
    await pager(page).getByRole('button', { name: 'Next' }).evaluate((button: HTMLElement) => button.click());
    await isOn(page, 2);
    const further = await scrollTo(page, 250);
    await page.goBack();
    await isOn(page, 1);
    await expect.poll(() => scrolled(page)).toBe(place);
    await page.goForward();
    await isOn(page, 2);
    await expect.poll(() => scrolled(page)).toBe(further);
  });

  test('is restored after Back to the tokens', async ({ page }) => {
    await openSignedIn(page, '/tokens');
    await expect(page.getByRole('heading', { name: 'Access token' })).toBeVisible();
    const place = await scrollTo(page, 600);
    const account = page.getByRole('banner').getByRole('link', { name: 'Account' });
    await account.evaluate((link: HTMLElement) => link.click());
    await expect(page).toHaveURL('/account');
    await expect.poll(() => scrolled(page)).toBe(0);
    await page.goBack();
    await expect(page.getByRole('heading', { name: 'Access token' })).toBeVisible();
    await expect.poll(() => scrolled(page)).toBe(place);
  });

  test('is not changed if the user scrolls while the page is loading', async ({ page, crowd: { boss, prefix } }) => {
    await openSignedIn(page, `/admin/users?search=${prefix}`, boss);
    await scrollTo(page, 500);
    await users(page, prefix).first().evaluate((link: HTMLElement) => link.click());
    await expect(page.getByTestId('user')).toBeVisible();
    let answer = () => {};
    await page.route('**/rpc/**/users**', async (route) => {
      await new Promise<void>((resume) => (answer = resume));
      await route.continue();
    });
    const asked = page.waitForRequest(/rpc.*users/);
    await page.goBack();
    await asked;
    await page.keyboard.press('Home');
    answer();
    await expect(users(page, prefix)).toHaveCount(20);
    await expect.poll(() => scrolled(page)).toBe(0);
  });
});

/** Scrolls as far as possible; returns the position once the browser has reported it. */
async function scrollTo(page: Page, place: number): Promise<number> {
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeGreaterThan(place);
  await page.evaluate(
    (place) =>
      new Promise((ended) => {
        addEventListener('scrollend', ended, { once: true });
        window.scrollTo(0, place);
      }),
    place,
  );
  return scrolled(page);
}

function scrolled(page: Page): Promise<number> {
  return page.evaluate(() => Math.round(scrollY));
}
