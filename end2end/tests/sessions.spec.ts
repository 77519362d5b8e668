// The list of a user's sessions, and ending them.
import { PASSWORD, TIME, createAccount, expect, isSignedIn, isSignedOut, onTelephone, open, openSignedIn, test, toast } from './story';

const TELEPHONE = 'Safari on iPhone';

test('each device is listed, and this one is marked', async ({ page, browser, baseURL }) => {
  const username = await createAccount(page.request);
  await onTelephone(browser, baseURL, username);
  await openSignedIn(page, '/account/sessions', username);
  const rows = page.getByRole('main').getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText(/Chrome on \w+ +This device/);
  await expect(rows.first().getByRole('button')).toHaveCount(0);
  await expect(rows.last()).toContainText(TELEPHONE);
  await expect(rows.last()).toContainText(/127\.0\.0\.1 · signed in .+ · last active /);
  await expect(rows.last()).not.toContainText('This device');
});

test('a device name with markup is not interpreted as HTML', async ({ page, browser, baseURL }) => {
  const username = await createAccount(page.request);
  const markup = '<img\tsrc=x\tonerror=alert(1)>';
  const context = await browser.newContext({ baseURL, userAgent: markup });
  const signedIn = await context.request.post('/api/token/', { data: { username, password: PASSWORD } });
  expect(signedIn.status()).toBe(200);
  page.on('dialog', () => expect(null, 'a script ran').not.toBeNull());
  await openSignedIn(page, '/account/sessions', username);
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(2);
  await expect(page.getByRole('main')).toContainText('<img src=x onerror=alert(1)>');
  await expect(page.locator('main img')).toHaveCount(0);
});

test('a session is ended after confirmation, and its device shows from where and when', async ({ page, browser, baseURL }) => {
  const username = await createAccount(page.request);
  const telephone = await onTelephone(browser, baseURL, username);
  await openSignedIn(page, '/account/sessions', username);
  const end = page.getByRole('button', { name: `End session on ${TELEPHONE}` });
  const dialog = page.getByRole('dialog', { name: `End the session on ${TELEPHONE}?` });

  for (const no of [() => page.keyboard.press('Escape'), () => dialog.getByRole('button', { name: 'Cancel' }).click()]) {
    await end.click();
    await expect(dialog).toBeVisible();
    await expect(dialog.locator(':focus')).toHaveCount(1);
    await no();
    await expect(dialog).toBeHidden();
    await expect(end).toBeFocused();
  }
  await expect(toast(page)).toHaveCount(0);
  await open(telephone, '/account');
  await isSignedIn(telephone);

  await end.click();
  await dialog.getByRole('button', { name: 'End session' }).click();
  await expect(toast(page)).toHaveText(`The session on ${TELEPHONE} was ended.`);
  await expect(end).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'No other sessions' })).toBeVisible();
  await isSignedIn(page);

  await telephone.reload();
  await isSignedOut(telephone);
  await expect(telephone).toHaveURL('/sign-in?next=%2Faccount');
  await expect(telephone.getByRole('main').getByRole('status')).toHaveText(
    new RegExp(String.raw`^You were signed out from Chrome on \w+ at ${TIME}\.$`),
  );
});

test('all other sessions can be ended at once', async ({ page, browser, baseURL }) => {
  const username = await createAccount(page.request);
  const others = [await onTelephone(browser, baseURL, username), await onTelephone(browser, baseURL, username)];
  await openSignedIn(page, '/account/sessions', username);
  await page.getByRole('button', { name: 'End all other sessions' }).click();
  const dialog = page.getByRole('dialog', { name: 'End all other sessions?' });
  await dialog.getByRole('button', { name: 'End all other sessions' }).click();
  await expect(toast(page)).toHaveText('All other sessions were ended.');
  await expect(page.getByRole('heading', { name: 'No other sessions' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'End all other sessions' })).toHaveCount(0);
  await isSignedIn(page);
  for (const other of others) {
    await other.reload();
    await isSignedOut(other);
  }
});

test('a user without other sessions sees that', async ({ page }) => {
  await openSignedIn(page);
  await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(page).toHaveTitle('Your sessions · Hallpass');
  await expect(page.getByText("You're not signed in anywhere else.")).toBeVisible();
  await expect(page.getByRole('button', { name: /^End/ })).toHaveCount(0);
});
