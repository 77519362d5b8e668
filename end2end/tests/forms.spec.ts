// Forms send what a user, a password manager or a script put into their fields, and show errors beside the fields.
import type { Page, Request, Route } from '@playwright/test';
import { PASSWORD, createAccount, expect, fillSignIn, isSignedIn, isSignedOut, open, openAsSuperuser, openSignedIn, somebody, test } from './story';

const NEW_PASSWORD = 'seven copper lanterns drift upstream';
const OBTAIN = '**/rpc/session/obtain';

/** Every form, with its required fields and its request. */
const FORMS: { name: string; reach(page: Page): Promise<unknown>; form: string; required: string[]; rpc: string }[] = [
  { name: 'sign-in', reach: signedOutAt('/sign-in'), form: 'main form', required: ['Username', 'Password'], rpc: 'session/obtain' },
  { name: 'registration', reach: signedOutAt('/register'), form: 'main form', required: ['Username', 'Password'], rpc: 'session/register' },
  {
    name: 'password change',
    reach: (page) => openSignedIn(page),
    form: '[aria-labelledby=password] form',
    required: ['Current password', 'New password'],
    rpc: 'account/change_password',
  },
  { name: 'new user', reach: newUser, form: '[aria-labelledby=new-user] form', required: ['Username', 'Password'], rpc: 'admin/create_user' },
  { name: 'user', reach: otherUser, form: '[aria-labelledby=edit] form', required: ['Username'], rpc: 'admin/change_user' },
  { name: 'password of a user', reach: otherUser, form: '[aria-labelledby=set-password] form', required: ['New password'], rpc: 'admin/set_password' },
];

/** The forms with a password that can be shown. */
const WITH_PASSWORD = FORMS.filter(({ required }) => required.some((label) => /password/i.test(label)));

for (const { name, reach, form, required, rpc } of FORMS) {
  test(`the empty form ${name} marks its required fields and sends nothing`, async ({ page }) => {
    await reach(page);
    const sent = collect(page, rpc);
    const fields = required.map((label) => page.locator(form).getByLabel(label, { exact: true }));
    for (const field of fields) {
      await expect(field).toHaveAttribute('required', '');
      await field.fill('');
    }
    const button = page.locator(form).locator('button[type=submit]');
    for (let click = 0; click < 3; click += 1) await button.click();
    for (const [place, field] of fields.entries()) {
      await expect(field).toHaveAttribute('aria-invalid', 'true');
      await expect(field).toHaveAccessibleDescription(new RegExp(`${required[place]} is required\\.`));
    }
    await expect(fields[0]!).toBeFocused();
    await expect(page.locator(form).getByRole('alert')).toHaveText('Check the highlighted fields.');
    // White space counts as empty, too.
    for (const field of fields) await field.fill('  \u3000 ');
    await button.click();
    await expect(fields[0]!).toBeFocused();
    expect(sent).toEqual([]);
  });

  test(`the form ${name} is sent once and keeps the focus when it is rejected`, async ({ page }) => {
    await reach(page);
    const held: Route[] = [];
    await page.route(`**/rpc/${rpc}`, (route) => void held.push(route));
    for (const label of required) await page.locator(form).getByLabel(label, { exact: true }).fill(`${somebody()} changed`);
    const button = page.locator(form).locator('button[type=submit]');
    await button.click();
    await expect.poll(() => held.length).toBe(1);
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    await expect(button).toBeFocused();
    await button.press('Enter');
    await page.locator(form).getByLabel(required[0]!, { exact: true }).press('Enter');
    await button.focus();
    await held[0]!.fulfill({ status: 429, json: { code: 'too_many_requests', message: 'Too many attempts.' } });
    await expect(page.locator(form).getByRole('alert')).toHaveText('Too many attempts.');
    await expect(button).toHaveAttribute('aria-disabled', 'false');
    await expect(button).toBeFocused();
    expect(held.length).toBe(1);
  });
}

for (const { name, reach, form, required, rpc } of WITH_PASSWORD) {
  test(`the form ${name} hides a visible password before it is sent`, async ({ page }) => {
    await reach(page);
    await page.evaluate(() => {
      // After the form's own listeners, as the browser does.
      document.addEventListener('submit', () => {
        document.documentElement.dataset.typesAtSubmit = [...document.querySelectorAll('input')].map(({ type }) => type).join(' ');
      });
    });
    const types: Promise<string[]>[] = [];
    await page.route(`**/rpc/${rpc}`, async (route) => {
      types.push(page.locator(`${form} input`).evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).type)));
      await Promise.all(types);
      await route.abort();
    });
    for (const label of required) await page.locator(form).getByLabel(label, { exact: true }).fill(`${somebody()} typed`);
    for (const label of required.filter((label) => /password/i.test(label))) {
      await page.locator(form).getByRole('button', { name: `Show ${label.toLowerCase()}` }).click();
      await expect(page.locator(form).getByLabel(label, { exact: true })).toHaveAttribute('type', 'text');
    }
    const passwords = page.locator(form).locator('input[autocomplete$=-password]');
    const count = await passwords.count();
    await passwords.last().press('Enter');
    await expect(page.locator(form).getByRole('alert')).not.toBeEmpty();
    const [sentWith] = await Promise.all(types);
    expect(sentWith!.filter((type) => type === 'password')).toHaveLength(count);
    const atSubmit = (await page.locator('html').getAttribute('data-types-at-submit'))!.split(' ');
    expect(atSubmit.filter((type) => type === 'password')).toHaveLength(await page.locator('input[autocomplete$=-password]').count());
    await expect(page.locator(form).getByRole('button', { name: /^Hide/ })).toHaveCount(0);
  });
}

test('values set without an input event are sent', async ({ page, request }) => {
  const username = await createAccount(request);
  await open(page, '/sign-in');
  await set(page, '#username', username);
  await set(page, '#password', PASSWORD);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByTestId('username')).toHaveText(username);
});

test('checkboxes and e-mail addresses set without an event are sent', async ({ page }) => {
  await newUser(page);
  const username = somebody();
  await set(page, 'input[name=username]', username);
  await set(page, 'input[name=email]', `${username}@example.org`);
  await set(page, 'input[name=password]', PASSWORD);
  await page.locator('input[name=is_staff]').evaluate((box) => ((box as HTMLInputElement).checked = true));
  const sent = page.waitForRequest('**/rpc/admin/create_user');
  await page.getByRole('button', { name: 'Create user' }).click();
  expect((await sent).postDataJSON()).toMatchObject({
    form: { username, email: `${username}@example.org`, password: PASSWORD, is_active: true, is_staff: true, is_superuser: false },
  });
  await expect(page.getByText(`${username} was created.`)).toBeVisible();
});

test('a rejected sign-in keeps the input and the focus', async ({ page }) => {
  await open(page, '/sign-in');
  await fillSignIn(page, 'nobody-at-all', 'not the password');
  await expect(page.getByRole('alert')).toHaveText(/do not match/);
  await expect(page.getByLabel('Username')).toHaveValue('nobody-at-all');
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('not the password');
  await expect(page.getByRole('main').getByRole('button', { name: 'Sign in' })).toBeFocused();
});

test('hydration writes to no field', async ({ page }) => {
  await page.addInitScript(() => {
    const writes: string[] = [];
    Object.assign(window, { writes });
    const { set, get } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!;
    Object.defineProperty(HTMLInputElement.prototype, 'value', {
      get,
      set(value: string) {
        writes.push(value);
        set!.call(this, value);
      },
    });
  });
  for (const path of ['/sign-in', '/register']) {
    await open(page, path);
    await isSignedOut(page);
    expect(await page.evaluate(() => (window as unknown as { writes: string[] }).writes), path).toEqual([]);
  }
});

test('the focus moves to the invalid field of the submitted form', async ({ page }) => {
  await otherUser(page);
  const edit = page.locator('[aria-labelledby=edit] form');
  await edit.getByLabel('Email').fill('no address');
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(edit.getByLabel('Email')).toBeFocused();
  const password = page.locator('[aria-labelledby=set-password] form');
  await password.getByLabel('New password', { exact: true }).fill('short');
  await password.getByRole('button', { name: 'Set password' }).click();
  await expect(password.getByLabel('New password', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(password.getByLabel('New password', { exact: true })).toBeFocused();
  await expect(edit.getByLabel('Email')).toHaveAttribute('aria-invalid', 'true');
});

test('two forms of the account page have separate fields', async ({ page }) => {
  await openSignedIn(page);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Email').fill('no address');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Email')).toBeFocused();
  await page.getByLabel('Current password', { exact: true }).fill('not my password');
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByLabel('Current password', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Current password', { exact: true })).toBeFocused();
});

test('the password form contains the username for password managers', async ({ page, request }) => {
  const username = await createAccount(request);
  await openSignedIn(page, '/account', username);
  const owner = page.locator('form', { has: page.locator('[autocomplete=new-password]') }).locator('[autocomplete=username]');
  await expect(owner).toHaveValue(username);
  await expect(owner).toHaveAttribute('tabindex', '-1');
  await expect(owner).toHaveAttribute('aria-hidden', 'true');
  await expect(owner).toHaveCSS('clip-path', 'inset(50%)');
  await expect(owner).toHaveCSS('position', 'absolute');
  expect((await owner.boundingBox())!.width).toBeLessThan(10);
});

test("the administrator's password form contains the user's username for password managers", async ({ page }) => {
  const username = await otherUser(page);
  const form = page.locator('[aria-labelledby=set-password] form');
  const owner = form.locator('[autocomplete=username]');
  await expect(owner).toHaveValue(username);
  await expect(form.locator('[type=password]')).toHaveAttribute('autocomplete', 'new-password');
  // Chrome takes the last text field before the password for its user.
  const before = await form.locator('input').evaluateAll((inputs) =>
    inputs.map((input) => [(input as HTMLInputElement).name, (input as HTMLInputElement).value]),
  );
  expect(before).toEqual([['username', username], ['password', '']]);
});

test('the form is empty after a password change', async ({ page }) => {
  await openSignedIn(page);
  await page.getByLabel('Current password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await expect(page.getByLabel('New password', { exact: true })).toHaveAccessibleDescription(/Strength is checked/);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password was changed. All other sessions were ended.')).toBeVisible();
  await expect(page.getByLabel('Current password', { exact: true })).toHaveValue('');
  await expect(page.getByLabel('New password', { exact: true })).toHaveValue('');
  await expect(page.getByLabel('New password', { exact: true })).toHaveAccessibleDescription(/at least 15 characters/);
});

test('a registration repeated after a lost reply explains what to do', async ({ page }) => {
  const username = somebody();
  await open(page, '/register');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await sendAgainAfterLostReply(page, 'session/register', 'Create account');
  await expect(page.getByLabel('Username')).toHaveAccessibleDescription(/already exists\. If you have just created this account, sign in\./);
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await fillSignIn(page, username);
  await isSignedIn(page);
});

test('a password change repeated after a lost reply explains what may have happened', async ({ page }) => {
  await openSignedIn(page);
  await page.getByLabel('Current password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await sendAgainAfterLostReply(page, 'account/change_password', 'Change password');
  await expect(page.getByLabel('Current password', { exact: true })).toHaveAccessibleDescription(
    /not your current password\. Your previous attempt may have succeeded/,
  );
});

test('a new user repeated after a lost reply is reported as possibly created', async ({ page }) => {
  const username = somebody();
  await newUser(page);
  await page.getByLabel('Username', { exact: true }).fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await sendAgainAfterLostReply(page, 'admin/create_user', 'Create user');
  await expect(page.getByLabel('Username', { exact: true })).toHaveAccessibleDescription(
    /already exists\. Your previous attempt may have created this user/,
  );
});

test('a form that is being sent is not sent again', async ({ page }) => {
  await open(page, '/sign-in');
  const held: Route[] = [];
  await page.route(OBTAIN, (route) => void held.push(route));
  await page.getByLabel('Username').fill('somebody');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.evaluate(() => {
    const form = document.querySelector<HTMLFormElement>('main form')!;
    for (let attempt = 0; attempt < 5; attempt += 1) form.requestSubmit();
  });
  await expect.poll(() => held.length).toBe(1);
  await held[0]!.fulfill({ status: 401, json: { code: 'no_active_account', message: 'No match.' } });
  await expect(page.getByRole('alert')).toHaveText('No match.');
  expect(held.length).toBe(1);
});

function signedOutAt(path: string): (page: Page) => Promise<unknown> {
  return async (page) => {
    await open(page, path);
    await isSignedOut(page);
  };
}

async function newUser(page: Page): Promise<void> {
  await openAsSuperuser(page, '/admin/users');
  await page.getByRole('button', { name: 'New user' }).click();
  await expect(page.getByLabel('Username', { exact: true })).toBeVisible();
}

/** Opens the page of a user, as a superuser; returns the user's name. */
async function otherUser(page: Page): Promise<string> {
  const username = await createAccount(page.request);
  await openAsSuperuser(page, `/admin/users?search=${username}`);
  await page.getByRole('link', { name: username }).click();
  await expect(page.getByTestId('user')).toHaveText(username);
  return username;
}

function collect(page: Page, rpc: string): Request[] {
  const sent: Request[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith(`/rpc/${rpc}`)) sent.push(request);
  });
  return sent;
}

/** Sets a value as scripts and some password managers do. */
async function set(page: Page, selector: string, value: string): Promise<void> {
  await page.locator(selector).evaluate((field, value) => ((field as HTMLInputElement).value = value), value);
}

/** Sends a form, loses the reply, and sends the form again. */
async function sendAgainAfterLostReply(page: Page, rpc: string, name: string): Promise<void> {
  await loseReply(page, rpc);
  const button = page.getByRole('button', { name });
  await button.click();
  const alert = page.locator('form').filter({ has: button }).getByRole('alert');
  await expect(alert).toHaveText(/Can't reach the server/);
  await button.click();
}

/** Executes the first request at the server and drops its response. */
async function loseReply(page: Page, rpc: string): Promise<void> {
  await page.route(
    `**/rpc/${rpc}`,
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
}
