// A failed action shows its error beside its button until the next attempt.
import type { Locator, Page } from '@playwright/test';
import { createAccount, expect, inAnotherBrowser, obtainPair, openAsSuperuser, openSignedIn, test, toast } from './story';

const REFUSED = 'This cannot be done now.';

test('administrators cannot deactivate themselves, and the reason stays beside the button', async ({ page }) => {
  const boss = await openAsSuperuser(page, '/admin/users');
  await page.getByRole('searchbox', { name: 'Search users' }).fill(boss);
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: `Select ${boss}` }).check();
  await page.locator('.bulk').getByRole('button', { name: 'Deactivate' }).click();
  await agree(page, 'Deactivate');
  await stays(page, page.locator('.bulk').getByRole('alert'), /You cannot remove this from your own account/);
});

test('a failed deactivation is shown on the card', async ({ page }) => {
  await otherUser(page);
  await refuse(page, 'admin/change_user');
  const card = page.locator('[aria-labelledby=activation]');
  await card.getByRole('button', { name: 'Deactivate' }).click();
  await agree(page, 'Deactivate');
  await stays(page, card.getByRole('alert'), REFUSED);
  await page.unroute('**/rpc/admin/change_user');
  await card.getByRole('button', { name: 'Deactivate' }).click();
  await agree(page, 'Deactivate');
  await expect(toast(page)).toHaveText(/was deactivated\.$/);
  await expect(card.getByRole('alert')).toBeEmpty();
});

test("a failed end of a user's session is shown above the list", async ({ page }) => {
  await otherUser(page);
  for (const [rpc, button] of [['end_session', /^End session on/], ['end_sessions', 'End all sessions']] as const) {
    await refuse(page, `admin/${rpc}`);
    await page.getByRole('button', { name: button }).click();
    await agree(page, rpc === 'end_session' ? 'End session' : 'End all sessions');
    await stays(page, page.locator('[aria-labelledby=sessions]').getByRole('alert'), REFUSED);
  }
});

test('a failed blacklisting is shown beside the button', async ({ page }) => {
  await openAsSuperuser(page, '/admin/tokens');
  await refuse(page, 'admin/blacklist_tokens');
  await page.getByRole('checkbox', { name: /^Select token/ }).first().check();
  await page.locator('.bulk').getByRole('button', { name: 'Revoke tokens' }).click();
  await agree(page, 'Revoke tokens');
  await stays(page, page.locator('.bulk').getByRole('alert'), REFUSED);
});

test("a failed end of a user's own session is shown even after the list has changed", async ({ page, browser, baseURL }) => {
  const username = await createAccount(page.request);
  await inAnotherBrowser(browser, baseURL, username);
  await openSignedIn(page, '/account/sessions', username);
  for (const [rpc, button, yes] of [['end_session', /^End session on/, 'End session'], ['end_other_sessions', 'End all other sessions', 'End all other sessions']] as const) {
    await refuse(page, `account/${rpc}`);
    const listed = page.waitForResponse('**/rpc/account/sessions');
    await page.getByRole('button', { name: button }).click();
    await agree(page, yes);
    await listed;
    await stays(page, page.getByRole('main').getByRole('alert'), REFUSED);
  }
});

test('an error outside the viewport is scrolled into view', async ({ page, request }) => {
  const username = await otherUser(page, (name) => Promise.all(Array.from({ length: 12 }, () => obtainPair(request, name))));
  await page.setViewportSize({ width: 800, height: 400 });
  await refuse(page, 'admin/end_session');
  await page.getByRole('button', { name: /^End session on/ }).last().click();
  await agree(page, 'End session');
  const alert = page.locator('[aria-labelledby=sessions]').getByRole('alert');
  await expect(alert, username).toHaveText(REFUSED);
  await expect(alert).toBeInViewport();
});

/** The error is in a live region, is visible, and outlives every toast. */
async function stays(page: Page, alert: Locator, text: string | RegExp): Promise<void> {
  await expect(alert).toHaveText(text);
  await expect(alert).toBeInViewport();
  await expect(toast(page)).toHaveCount(0);
}

async function refuse(page: Page, rpc: string): Promise<void> {
  await page.route(`**/rpc/${rpc}`, (route) => route.fulfill({ status: 403, json: { code: 'forbidden', message: REFUSED } }));
}

/** Confirms the dialog. */
async function agree(page: Page, button: string): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
}

/** Opens the page of a signed-in user as a superuser; returns the username. */
async function otherUser(page: Page, prepare?: (username: string) => Promise<unknown>): Promise<string> {
  const username = await createAccount(page.request);
  await obtainPair(page.request, username);
  await prepare?.(username);
  await openAsSuperuser(page, `/admin/users?search=${username}`);
  await page.getByRole('link', { name: username }).click();
  await expect(page.getByTestId('user')).toHaveText(username);
  return username;
}
