// Navigation by keyboard and screen reader: each page is announced, and the focused element is visible.
import type { Locator, Page } from '@playwright/test';
import {
  createAccount,
  expect,
  fillSignIn,
  open,
  openSignedIn,
  somebody,
  test,
  toast,
} from './story';

function heading(page: Page, name: string): Locator {
  return page.getByRole('heading', { level: 1, name });
}

test("navigation moves the focus to the page's heading", async ({ page, boss }) => {
  await openSignedIn(page, '/', boss);
  const [main, account] = [page.getByRole('navigation', { name: 'Main' }), page.getByRole('navigation', { name: 'Account' })];
  const pages: [Locator, string][] = [
    [main.getByRole('link', { name: 'Account' }), 'Your account'],
    [account.getByRole('link', { name: 'Sessions' }), 'Your sessions'],
    [account.getByRole('link', { name: 'Security' }), 'Security'],
    [account.getByRole('link', { name: 'Tokens' }), 'Your tokens'],
    [account.getByRole('link', { name: 'Diagnostics' }), 'Diagnostics'],
    [page.getByRole('link', { name: 'Hallpass' }), ''],
  ];
  for (const [link, name] of pages) {
    await link.click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeFocused();
  }
  await page.goBack();
  await expect(heading(page, 'Diagnostics')).toBeFocused();
  await page.goForward();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
});

test("navigation in the administration moves the focus to the page's heading", async ({ page, boss }) => {
  const username = await createAccount(page.request);
  await openSignedIn(page, '/account', boss);
  const sections = page.getByRole('navigation', { name: 'Administration' });
  const pages: [Locator, string][] = [
    [page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Administration' }), 'Users'],
    [sections.getByRole('link', { name: 'Tokens' }), 'Tokens'],
    [sections.getByRole('link', { name: 'Events' }), 'Events'],
  ];
  for (const [link, name] of pages) {
    await link.click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeFocused();
  }
  await sections.getByRole('link', { name: 'Users' }).click();
  await page.getByRole('searchbox').fill(username);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: username, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'User', exact: true })).toBeFocused();
});

test('a sign-in and a redirect to it are announced', async ({ page, request }) => {
  const username = await createAccount(request);
  await open(page, '/account/sessions');
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeFocused();
  await fillSignIn(page, username);
  await expect(heading(page, 'Your sessions')).toBeFocused();
});

test('a page load does not move the focus', async ({ page }) => {
  await openSignedIn(page, '/account/sessions');
  await expect(page.locator('.skeleton')).toHaveCount(0);
  await expect(page.locator('body')).toBeFocused();
});

test('a filter does not move the focus', async ({ page, boss }) => {
  await openSignedIn(page, '/admin/users', boss);
  const role = page.getByRole('combobox', { name: 'Role' });
  await role.focus();
  await role.selectOption('Staff');
  await expect(page).toHaveURL(/staff=true/);
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  await expect(role).toBeFocused();
});

test('a button that opens a form describes its action by its name', async ({ page, boss }) => {
  await openSignedIn(page, '/admin/users', boss);
  const toggles = [
    { path: '/admin/users', closed: 'New user', open: 'Cancel' },
    { path: '/account', closed: 'Edit', open: 'Cancel' },
    { path: '/account', closed: 'Show new password', open: 'Hide new password' },
  ];
  for (const toggle of toggles) {
    await open(page, toggle.path);
    await page.getByRole('button', { name: toggle.closed }).click();
    const opened = page.getByRole('button', { name: toggle.open });
    await expect(opened).toBeFocused();
    for (const state of ['aria-expanded', 'aria-pressed']) await expect(opened).not.toHaveAttribute(state);
    await opened.click();
    await expect(page.getByRole('button', { name: toggle.closed })).toBeFocused();
  }
});

for (const size of [
  { width: 320, height: 568 },
  { width: 844, height: 390 },
  { width: 1280, height: 720 },
]) {
  test(`nothing covers the focused element at ${size.width} × ${size.height}`, async ({ page, boss }) => {
    await page.setViewportSize(size);
    const prefix = somebody();
    for (let number = 0; number < 9; number += 1) await createAccount(page.request, `${prefix}-${number}`);
    await openSignedIn(page, `/admin/users?search=${prefix}`, boss);
    await page.getByRole('checkbox', { name: `Select ${prefix}-0` }).check();
    await page.locator('.bulk').getByRole('button', { name: 'Activate', exact: true }).click();
    await expect(toast(page)).toBeVisible();
    await page.getByRole('checkbox', { name: `Select ${prefix}-0` }).check();
    await expect(page.locator('.bulk')).toBeVisible();
    await expect(toast(page)).toBeVisible();
    await walkTo(page, 'Tab', page.getByRole('contentinfo').getByRole('link').last());
    await walkTo(page, 'Shift+Tab', page.getByRole('checkbox', { name: `Select ${prefix}-0` }));
  });
}

for (const size of [
  { width: 320, height: 568 },
  { width: 1280, height: 480 },
]) {
  test.describe(`at ${size.width} × ${size.height}`, () => {
    test.use({ viewport: size });

    test('the selection bar does not cover the checked box', async ({ page, boss }) => {
      const prefix = somebody();
      for (let number = 0; number < 9; number += 1) await createAccount(page.request, `${prefix}-${number}`);
      await openSignedIn(page, `/admin/users?search=${prefix}`, boss);
      const box = page.getByRole('checkbox', { name: `Select ${prefix}-3` });
      await focusAtLowerEdge(box);
      await page.keyboard.press('Space');
      await expect(page.locator('.bulk')).toBeVisible();
      await expect.poll(() => page.evaluate(coverOfFocus)).toBeNull();
      await expect(box).toBeFocused();
    });

    test('a toast does not cover the focused field of the submitted form', async ({ page, boss }) => {
      const username = await createAccount(page.request);
      await openSignedIn(page, `/admin/users?search=${username}`, boss);
      await page.getByRole('link', { name: username }).click();
      const email = page.getByLabel('Email', { exact: true });
      await email.fill(`${username}@example.org`);
      await focusAtLowerEdge(email);
      await page.keyboard.press('Enter');
      await expect(toast(page)).toBeVisible();
      await expect.poll(() => page.evaluate(coverOfFocus)).toBeNull();
      await expect(email).toBeFocused();
    });
  });
}

/** Focuses the element and scrolls it to the lower edge of the window. */
async function focusAtLowerEdge(target: Locator): Promise<void> {
  await target.focus();
  const gap = await target.evaluate((element) => {
    scrollBy({ top: element.getBoundingClientRect().bottom - innerHeight, behavior: 'instant' });
    return Math.abs(element.getBoundingClientRect().bottom - innerHeight);
  });
  expect(gap).toBeLessThan(2);
}

/** Presses the key until the element has the focus, and checks that every focused element on the way is visible. */
async function walkTo(page: Page, key: string, target: Locator): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press(key);
    expect(await page.evaluate(coverOfFocus)).toBeNull();
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  expect(null, `${target} was not reached by ${key}`).not.toBeNull();
}

/** The element that covers part of the focused one, or the edge that hides it. */
function coverOfFocus(): string | null {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const own = focused.getBoundingClientRect();
  if (own.height < innerHeight && (own.top < -1 || own.bottom > innerHeight + 1)) return `window: ${focused.outerHTML.slice(0, 90)}`;
  for (const cover of document.querySelectorAll('.bulk, .toast')) {
    const other = cover.getBoundingClientRect();
    const isApart = own.bottom <= other.top || own.top >= other.bottom || own.right <= other.left || own.left >= other.right;
    if (!isApart && !cover.contains(focused) && own.height < innerHeight) return `${cover.className}: ${focused.outerHTML.slice(0, 90)}`;
  }
  return null;
}

for (const path of ['/admin/users', '/admin/tokens', '/admin/events', '/tokens']) {
  test(`the table of ${path} keeps its semantics on a phone`, async ({ page, boss }) => {
    await openSignedIn(page, path, boss);
    await expect(page.getByRole('table').first()).toBeVisible();
    const wide = await tree(page);
    expect(wide.columnheader).toBeGreaterThan(2);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await tree(page)).toEqual(wide);
    // Browsers that derive semantics from `display` respect explicit roles.
    const unsaid = await page.evaluate(() => [...document.querySelectorAll('table, thead, tbody, tr, th, td')].filter((part) => !part.role).length);
    expect(unsaid).toBe(0);
  });
}

/** The number of table parts in the page's accessibility tree. */
async function tree(page: Page): Promise<Record<string, number>> {
  const client = await page.context().newCDPSession(page);
  const { nodes } = await client.send('Accessibility.getFullAXTree');
  const roles = nodes.filter((node) => !node.ignored).map((node) => String(node.role?.value));
  const counts = ['table', 'columnheader', 'rowheader', 'cell', 'row'].map((role) => [role, roles.filter((found) => found === role).length]);
  await client.detach();
  return Object.fromEntries(counts) as Record<string, number>;
}
