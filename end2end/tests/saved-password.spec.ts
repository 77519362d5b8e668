// A password saved by Chromium, which fills it in, hides it from scripts until the first user gesture, and does not
// restore values that a page has overwritten.
import { execFileSync } from 'node:child_process';
import { createCipheriv, pbkdf2Sync } from 'node:crypto';
import { join } from 'node:path';
import { chromium, type BrowserContextOptions, type Page } from '@playwright/test';
import { PASSWORD, createAccount, expect, isAlive, isSignedOut, makeSuperuser, somebody, test as base } from './story';
import { SERVERS } from './servers';

/** A browser with its own profile, which holds the password of `username`, a superuser, for the usual server. */
const test = base.extend<{ username: string }>({
  username: async ({}, use) => {
    const username = somebody();
    makeSuperuser(username);
    await use(username);
  },
  context: async ({ username, launchOptions, baseURL, viewport, locale }, use, info) => {
    const profile = info.outputPath('profile');
    const launch = (options: BrowserContextOptions = {}) =>
      chromium.launchPersistentContext(profile, { ...launchOptions, ...options, args: [...launchOptions.args!, '--password-store=basic'] });
    // The first start creates the password database.
    await (await launch()).close();
    savePassword(join(profile, 'Default', 'Login Data'), username);
    const context = await launch({ baseURL, viewport, locale, serviceWorkers: 'block' });
    await use(context);
    await context.close();
  },
});

test('a saved password is filled in, survives hydration, and signs in', async ({ page, username }) => {
  for (let load = 0; load < 5; load += 1) {
    await page.goto('/sign-in');
    await isAlive(page);
    await isSignedOut(page);
    await expect(page.locator('#username:autofill')).toHaveCount(1);
    await expect(page.locator('#password:autofill')).toHaveCount(1);
  }
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByTestId('username')).toHaveText(username);
});

test("a saved password is not filled into an administrator's forms", async ({ page, request }) => {
  const other = await createAccount(request);
  await page.goto('/sign-in?next=%2Fadmin%2Fusers');
  await expect(page.locator('#password:autofill')).toHaveCount(1);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'New user' }).click();
  await isFilledAround(page, 'form:has([name=is_active])');
  await page.goto(`/admin/users?search=${other}`);
  await page.getByRole('link', { name: other }).click();
  await isFilledAround(page, '[aria-labelledby=set-password] form');
});

/** The browser has filled a later form, and nothing in this one. */
async function isFilledAround(page: Page, form: string): Promise<void> {
  await page.locator(form).waitFor();
  await page.evaluate(() => {
    const later = document.createElement('form');
    later.id = 'later';
    for (const [type, autocomplete] of [['text', 'username'], ['password', 'current-password']]) {
      const input = later.appendChild(document.createElement('input'));
      Object.assign(input, { type, autocomplete, name: autocomplete });
    }
    document.querySelector('main')!.append(later);
  });
  await expect(page.locator('#later [type=password]:autofill')).toHaveCount(1);
  await expect(page.locator(`${form} :autofill`)).toHaveCount(0);
  await expect(page.locator(`${form} [type=password]`)).toHaveValue('');
}

/** Writes a password into a profile's database, encrypted as Chromium does without a system key store. */
function savePassword(database: string, username: string): void {
  const key = pbkdf2Sync('peanuts', 'saltysalt', 1, 16, 'sha1');
  const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16, ' '));
  const encrypted = Buffer.concat([Buffer.from('v10'), cipher.update(PASSWORD), cipher.final()]);
  const origin = `${SERVERS.usual.url}/`;
  execFileSync('python3', ['-c', INSERT, database, origin, username, encrypted.toString('hex')]);
}

/** Fills the required columns of this version of Chromium. */
const INSERT = `
import sqlite3, sys
database, origin, username, password = sys.argv[1:]
known = {
    'origin_url': origin + 'sign-in', 'action_url': origin + 'sign-in', 'signon_realm': origin,
    'username_element': 'username', 'username_value': username,
    'password_element': 'password', 'password_value': bytes.fromhex(password),
    'times_used': 1,
}
with sqlite3.connect(database) as connection:
    columns = connection.execute("SELECT name, type, dflt_value FROM pragma_table_info('logins') WHERE pk = 0 AND \\"notnull\\"")
    empty = {name: '' if 'CHAR' in kind else b'' if kind == 'BLOB' else 0 for name, kind, default in columns if default is None}
    row = {**empty, **known}
    names, marks = ', '.join(row), ', '.join('?' * len(row))
    connection.execute(f'INSERT INTO logins ({names}) VALUES ({marks})', list(row.values()))
`;
