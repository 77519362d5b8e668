// Two users in one browser: neither sees or sends anything as the other.
import {
  PASSWORD,
  createAccount,
  expect,
  isSignedIn,
  obtainPair,
  open,
  openAsSuperuser,
  openSignedIn,
  signOutButton,
  statusOf,
  stored,
  test,
} from './story';

test('a form of one user is never sent with the token of another', async ({ page, request }) => {
  const username = await openSignedIn(page);
  await expect(page.getByTestId('username')).toHaveText(username);
  const another = await createAccount(request);
  const pair = JSON.stringify(await obtainPair(request, another));
  const sent: string[] = [];
  page.on('request', (asked) => asked.url().endsWith('/rpc/account/change_password') && sent.push(asked.url()));
  await page.getByLabel('Current password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill('seven copper lanterns drift upstream');
  // In one step, as if another tab had just signed in and this one had not noticed yet.
  await page.evaluate((pair) => {
    localStorage.setItem('hallpass', pair);
    document.querySelector<HTMLInputElement>('input[name=current_password]')!.form!.requestSubmit();
  }, pair);
  await expect(page.getByTestId('username')).toHaveText(another);
  expect(sent).toEqual([]);
});

test('only staff see the administration in the navigation', async ({ page, context, request }) => {
  const staff = await openAsSuperuser(page, '/');
  const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Administration' });
  await expect(link).toBeVisible();
  await page.reload();
  await expect(link).toBeVisible();

  const another = await createAccount(request);
  const pair = JSON.stringify(await obtainPair(request, another));
  const tab = await context.newPage();
  await open(tab, '/');
  await tab.evaluate((pair) => localStorage.setItem('hallpass', pair), pair);
  await expect(page.locator('.pass strong')).toHaveText(another);
  await expect(link).toBeHidden();

  await signOutButton(page).click();
  await openSignedIn(tab, '/account', staff);
  await isSignedIn(page);
  await expect(link).toBeVisible();
});

test('two concurrent sign-ins leave one session in all tabs, and the server ends the other', async ({ page, context, request }) => {
  const username = await createAccount(request);
  const tabs = [page, await context.newPage()];
  const begun: { access: string }[] = [];
  context.on('response', async (response) => {
    if (response.url().endsWith('/rpc/session/obtain')) begun.push((await response.json()) as { access: string });
  });
  for (const tab of tabs) {
    await open(tab, '/sign-in');
    await tab.getByLabel('Username').fill(username);
    await tab.getByLabel('Password', { exact: true }).fill(PASSWORD);
  }
  // The server answers both: a tab that is signed in by the other one has no form to send any more.
  let sent = 0;
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await context.route('**/rpc/session/obtain', async (route) => {
    sent += 1;
    if (sent === tabs.length) answer();
    await held;
    await route.continue();
  });
  for (const tab of tabs) await tab.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  for (const tab of tabs) await expect(tab.getByTestId('username')).toHaveText(username);
  await expect.poll(() => begun.length).toBe(2);
  const kept = (await stored(page)).access;
  const other = begun.find(({ access }) => access !== kept)!;
  await expect.poll(() => statusOf(request, other.access)).toBe(401);
  expect(await statusOf(request, kept)).toBe(200);
});
