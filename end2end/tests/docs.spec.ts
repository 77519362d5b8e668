// The API documentation in a real browser: reading, deep links and trying an operation.
import { PASSWORD, createAccount, expect, test } from './story';

test('the page shows every operation with its description', async ({ page, request }) => {
  const document = await (await request.get('/api/schema/')).json();
  const operations = Object.values<Record<string, { operationId: string; summary: string }>>(document.paths).flatMap((item) =>
    Object.values(item),
  );
  await page.goto('/api/docs/');
  await expect(page).toHaveTitle('API · Hallpass');
  await expect(page.locator('.opblock')).toHaveCount(operations.length);
  const summaries = page.locator('.opblock-summary-description');
  const visible = () => summaries.evaluateAll((all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent).sort());
  await expect.poll(visible).toEqual(operations.map(({ summary }) => summary).sort());
});

test('a browser that opens an endpoint is redirected to its documentation', async ({ page }) => {
  for (const [path, place] of [
    ['/api/token/', '#/tokens/obtainPair'],
    ['/api/me', '#/account/me'],
    ['/api/sessions/abc/', '#/sessions/endSession'],
  ] as const) {
    await page.goto(path);
    await expect(page).toHaveURL(`/api/docs/${place}`);
    await expect(page.locator('.opblock.is-open')).toHaveCount(1);
    await expect(page.locator(`[id="operations-${place.slice(2).replace('/', '-')}"]`)).toBeInViewport();
  }
});

test('an endpoint can be tried with a token', async ({ page, request }) => {
  const username = await createAccount(request);
  await page.goto('/api/docs/#/tokens/obtainPair');
  const obtain = page.locator('#operations-tokens-obtainPair');
  await obtain.locator('textarea').fill(JSON.stringify({ username, password: PASSWORD }));
  await obtain.getByRole('button', { name: 'Execute' }).click();
  const answer = obtain.locator('.live-responses-table .response');
  await expect(answer.locator('.response-col_status')).toContainText('200');
  const { access } = JSON.parse(await answer.locator('code').first().innerText()) as { access: string };

  const me = page.locator('#operations-account-me');
  await me.getByRole('button').first().click();
  await me.getByRole('button', { name: 'Execute' }).click();
  await expect(me.locator('.live-responses-table .response .response-col_status')).toContainText('401');

  await page.getByRole('button', { name: 'Authorize' }).click();
  // The dialog's second field is for clients.
  const bearer = page.locator('.modal-ux .auth-container').first();
  await bearer.getByRole('textbox', { name: 'auth-bearer-value' }).fill(access);
  await bearer.getByRole('button', { name: 'Apply credentials' }).click();
  await bearer.getByRole('button', { name: 'Close' }).click();
  await me.getByRole('button', { name: 'Execute' }).click();
  await expect(me.locator('.live-responses-table .response .response-col_status')).toContainText('200');
  await expect(me.locator('.live-responses-table')).toContainText(username);
});

test('a form endpoint can be tried, too', async ({ page }) => {
  await page.goto('/api/docs/#/tokens/verify');
  const verify = page.locator('#operations-tokens-verify');
  await verify.getByLabel('Request content type').selectOption('application/x-www-form-urlencoded');
  await verify.locator('.parameters input').first().fill('no token');
  const sent = page.waitForRequest('**/api/token/verify/');
  await verify.getByRole('button', { name: 'Execute' }).click();
  expect((await sent).postData()).toBe('token=no%20token');
  await expect(verify.locator('.live-responses-table .response .response-col_status')).toContainText('401');
});

test('nothing is wider than a small phone', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto('/api/docs/#/sessions/endSession');
  await expect(page.locator('.opblock.is-open .responses-table')).toBeVisible();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

test.describe('with the dark colour scheme', () => {
  test.use({ colorScheme: 'dark' });

  test('the page is dark', async ({ page }) => {
    await page.goto('/api/docs/');
    await expect(page.locator('html')).toHaveClass('dark-mode');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect(page.locator('html')).not.toHaveClass('dark-mode');
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page links to the OpenAPI document', async ({ page }) => {
    await page.goto('/api/docs/');
    await page.locator('noscript').getByRole('link').click();
    await expect(page).toHaveURL('/api/schema/');
    await expect(page.locator('body')).toContainText('"openapi":"3.1.0"');
  });
});
