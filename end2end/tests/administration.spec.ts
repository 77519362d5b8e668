// The administration's pages. Each test finds its own users by a word in their names, since others run at the same
// time.
import type { APIRequestContext, Locator, Page } from '@playwright/test';
import {
  PASSWORD,
  createAccount,
  expect,
  fillSignIn,
  inAnotherBrowser,
  isSignedIn,
  isSignedOut,
  open,
  openSignedIn,
  somebody,
  test,
} from './story';

/** Creates accounts with a common prefix and numbers; returns the prefix. */
async function people(request: APIRequestContext, count: number): Promise<string> {
  const prefix = `${somebody()}-`;
  const numbers = Array.from({ length: count }, (_, place) => String(place + 1).padStart(2, '0'));
  await Promise.all(numbers.map((number) => createAccount(request, prefix + number)));
  return prefix;
}

function rows(page: Page): Locator {
  return page.locator('table.data tbody tr');
}

function names(page: Page): Locator {
  return page.locator('table.data tbody th');
}

async function searchFor(page: Page, word: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Search users' }).fill(word);
  await page.keyboard.press('Enter');
}

/** Confirms the dialog. */
async function agree(page: Page, button: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: button }).click();
}

test('users can be searched, ordered and paged, and the URL keeps the filters', async ({ page, request, boss }) => {
  const prefix = await people(request, 22);
  await openSignedIn(page, '/admin/users', boss);
  await searchFor(page, prefix);
  await expect(page.getByText('1–20 of 22').first()).toBeVisible();
  const head = page.getByRole('columnheader', { name: 'Username' });
  await expect(head).toHaveAttribute('aria-sort', 'none');
  await head.getByRole('button').press('Enter');
  await expect(head).toHaveAttribute('aria-sort', 'ascending');
  await expect(names(page).first()).toHaveText(`${prefix}01`);
  await expect(head.getByRole('button')).toBeFocused();
  await head.getByRole('button').press('Enter');
  await expect(head).toHaveAttribute('aria-sort', 'descending');
  await expect(names(page).first()).toHaveText(`${prefix}22`);
  await page.getByRole('button', { name: 'Next' }).click();
  await expect(names(page)).toHaveText([`${prefix}02`, `${prefix}01`]);
  await expect(page.getByRole('navigation', { name: 'Pages' })).toContainText('Page 2 of 2');

  await page.reload();
  await expect(names(page)).toHaveText([`${prefix}02`, `${prefix}01`]);
  await expect(page.getByRole('searchbox')).toHaveValue(prefix);
  await page.getByRole('link', { name: `${prefix}02` }).click();
  await expect(page.getByTestId('user')).toHaveText(`${prefix}02`);
  await page.goBack();
  await expect(names(page)).toHaveText([`${prefix}02`, `${prefix}01`]);

  await page.getByRole('combobox', { name: 'Status' }).selectOption('Deactivated');
  await expect(page.getByRole('heading', { name: 'No results' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL('/admin/users');
  await expect(page.getByRole('combobox', { name: 'Status' })).toHaveValue('');
});

test('a user is created by the rules of a registration and can be edited', async ({ page, boss }) => {
  const username = somebody();
  await openSignedIn(page, '/admin/users', boss);
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByLabel('Username', { exact: true }).fill('not a name');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create user' }).click();
  await expect(page.getByLabel('Username', { exact: true })).toBeFocused();
  await expect(page.getByLabel('Username', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/too short/);

  await page.getByLabel('Username', { exact: true }).fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel(/\(staff\)/).check();
  await page.getByRole('button', { name: 'Create user' }).click();
  await expect(page.getByText(`${username} was created.`)).toBeVisible();
  await searchFor(page, username);
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first()).toContainText('Staff');

  await page.getByRole('link', { name: username }).click();
  await page.getByLabel('Email', { exact: true }).fill('not an address');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Email', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Email', { exact: true }).fill(`${username}@example.org`);
  const sent = page.waitForRequest('**/rpc/admin/change_user');
  await page.getByRole('button', { name: 'Save' }).click();
  // Only changed fields are sent: others may have been changed concurrently.
  expect((await sent).postDataJSON()).toMatchObject({ change: { email: `${username}@example.org`, username: null, is_staff: null } });
  await expect(page.getByText('The user was saved.')).toBeVisible();
  await expect(page.getByRole('definition').filter({ hasText: `${username}@example.org` })).toBeVisible();
});

test('deactivating a user ends the sessions, and reactivating allows a sign-in', async ({ page, browser, baseURL, request, boss }) => {
  const username = await createAccount(request);
  const other = await inAnotherBrowser(browser, baseURL, username);
  await openSignedIn(page, '/admin/users', boss);
  await searchFor(page, username);
  await page.getByRole('link', { name: username }).click();
  await expect(page.locator('ul.rows > li')).toHaveCount(1);

  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('definition').filter({ hasText: 'Active' })).toBeVisible();
  await page.getByRole('button', { name: 'Deactivate' }).click();
  await agree(page, 'Deactivate');
  await expect(page.getByText(`${username} was deactivated.`)).toBeVisible();
  await expect(page.getByText('No sessions')).toBeVisible();
  await other.reload();
  await isSignedOut(other);

  await page.getByRole('button', { name: 'Activate' }).click();
  await expect(page.getByText(`${username} was activated.`)).toBeVisible();
  await fillSignIn(other, username);
  await isSignedIn(other);
});

test('an administrator can end one session, and all by setting a password', async ({ page, browser, baseURL, request, boss }) => {
  const username = await createAccount(request);
  const other = await inAnotherBrowser(browser, baseURL, username);
  await openSignedIn(page, '/admin/users', boss);
  await searchFor(page, username);
  await page.getByRole('link', { name: username }).click();
  await page.getByRole('button', { name: /^End session on/ }).click();
  await agree(page, 'End session');
  await expect(page.getByText('No sessions')).toBeVisible();
  await other.reload();
  await isSignedOut(other);

  await fillSignIn(other, username);
  await isSignedIn(other);
  await page.getByLabel('New password', { exact: true }).fill('seven copper lanterns drift upstream');
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page.getByText('The password was set. All sessions were ended.')).toBeVisible();
  await other.reload();
  await isSignedOut(other);
  await fillSignIn(other, username, 'seven copper lanterns drift upstream');
  await isSignedIn(other);
});

test('several users can be deactivated at once by keyboard', async ({ page, request, boss }) => {
  const prefix = await people(request, 3);
  await openSignedIn(page, '/admin/users', boss);
  await searchFor(page, prefix);
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole('checkbox', { name: 'Select all users on this page' }).press('Space');
  await page.getByRole('checkbox', { name: `Select ${prefix}02` }).press('Space');
  await expect(page.locator('.bulk')).toContainText('2 selected');
  await page.locator('.bulk').getByRole('button', { name: 'Deactivate' }).press('Enter');
  await agree(page, 'Deactivate');
  await expect(page.getByText('2 users deactivated')).toBeVisible();
  await expect(rows(page).filter({ hasText: 'Deactivated' })).toHaveCount(2);
  await expect(rows(page).filter({ hasText: `${prefix}02` })).toContainText('Active');
  await expect(page.locator('.bulk')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Users' })).toBeFocused();
});

test('blacklisting a token ends its session', async ({ page, browser, baseURL, request, boss }) => {
  const username = await createAccount(request);
  const other = await inAnotherBrowser(browser, baseURL, username);
  await openSignedIn(page, '/admin/users', boss);
  await searchFor(page, username);
  await page.getByRole('link', { name: username }).click();
  await page.getByRole('main').getByRole('link', { name: 'Tokens', exact: true }).and(page.locator('[href*="?user="]')).click();
  await expect(page.getByText(/^Showing tokens of user \d+$/)).toBeVisible();
  await page.getByRole('combobox', { name: 'Status' }).selectOption('Outstanding');
  await expect(rows(page)).not.toHaveCount(0);
  await expect(rows(page).filter({ hasNotText: username })).toHaveCount(0);
  await page.getByRole('checkbox', { name: 'Select all outstanding tokens on this page' }).check();
  await page.locator('.bulk').getByRole('button', { name: 'Revoke tokens' }).click();
  await agree(page, 'Revoke tokens');
  await expect(page.getByText(/^\d tokens? revoked$/)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'No results' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Status' }).selectOption('Blacklisted');
  await expect(rows(page).filter({ hasText: 'Revoked' })).not.toHaveCount(0);
  await other.reload();
  await isSignedOut(other);
});

test('events can be filtered by kind, user and day', async ({ page, request, boss }) => {
  const username = await createAccount(request);
  await openSignedIn(page, '/admin/users', boss);
  await searchFor(page, username);
  await page.getByRole('link', { name: username }).click();
  await page.getByRole('main').getByRole('link', { name: 'Events', exact: true }).and(page.locator('[href*="?user="]')).click();
  await expect(rows(page).filter({ hasText: 'Account created' })).toHaveCount(1);
  await page.getByRole('combobox', { name: 'Event type' }).selectOption('Sign-in failed');
  await expect(page.getByRole('heading', { name: 'No results' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Event type' }).selectOption('Account created');
  await expect(rows(page)).toHaveCount(1);
  await page.getByLabel('From', { exact: true }).fill('2020-01-01');
  await expect(page).toHaveURL(/since=2020%2D01%2D01/);
  await expect(rows(page)).toHaveCount(1);
  await page.getByLabel('To', { exact: true }).fill('2020-01-02');
  await expect(page.getByRole('heading', { name: 'No results' })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('To', { exact: true })).toHaveValue('2020-01-02');
  await expect(page.getByRole('combobox', { name: 'Event type' })).toHaveValue('registered');
});

test('a user who is not staff cannot see the administration', async ({ page, request }) => {
  const username = await createAccount(request);
  await openSignedIn(page, '/admin/users', username);
  for (const path of ['/admin/users', '/admin/users/1', '/admin/tokens', '/admin/events']) {
    await open(page, path);
    const notice = page.getByRole('main').getByRole('alert').filter({ hasText: 'Go to your account' });
    await expect(notice).toBeVisible();
    await expect(notice.getByRole('button')).toHaveCount(0);
    await expect(page.locator('table')).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Deactivate' })).toHaveCount(0);
  }
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Administration' })).toBeHidden();
  await page.getByRole('link', { name: 'Go to your account' }).click();
  await expect(page.getByTestId('username')).toHaveText(username);
});

test('a username with markup is not interpreted as HTML', async ({ page, boss }) => {
  // Such a name cannot be registered, but an imported database may contain it.
  const markup = '<img src=x onerror=alert(1)>';
  await page.route('**/rpc/admin/users', async (route) => {
    const answer = await route.fetch();
    const listing = (await answer.json()) as { items: { username: string; email: string }[] };
    for (const user of listing.items) Object.assign(user, { username: markup, email: markup });
    await route.fulfill({ response: answer, json: listing });
  });
  await openSignedIn(page, '/admin/users', boss);
  await expect(names(page).first()).toHaveText(markup);
  await expect(page.locator('main img')).toHaveCount(0);
});
