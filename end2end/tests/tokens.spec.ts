// The tokens page: this browser's tokens and pasted ones, decoded.
import type { Page } from '@playwright/test';
import { claims, expect, open, openSignedIn, stored, test, toast } from './story';

test('both tokens are decoded and every claim is explained', async ({ page }) => {
  const username = await openSignedIn(page, '/tokens');
  const pair = await stored(page);
  for (const [name, token] of [['Access token', pair.access], ['Refresh token', pair.refresh]] as const) {
    const card = page.getByRole('region', { name });
    expect((await card.locator('.token').innerText()).replace(/\s/g, '')).toBe(token);
    const [header, claims] = token.split('.').slice(0, 2).map(decoded);
    const names = [...Object.keys(header!), ...Object.keys(claims!)];
    await expect(card.getByRole('rowheader')).toHaveCount(names.length);
    for (const claim of names) {
      const row = card.getByRole('row').filter({ has: page.getByRole('rowheader', { name: claim, exact: true }) });
      await expect(row.getByRole('cell').last()).not.toBeEmpty();
      await expect(row.getByRole('cell').last(), claim).not.toContainText("deployment's own");
    }
    await expect(card.getByRole('row').filter({ hasText: 'username' })).toContainText(username);
  }
});

test('the changes of a renewal are marked and announced', async ({ page }) => {
  await openSignedIn(page, '/tokens');
  const before = await stored(page);
  const access = page.getByRole('region', { name: 'Access token' });
  await expect(access.locator('ins')).toHaveCount(0);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(toast(page)).toHaveText('Tokens refreshed. Changes are highlighted.');
  const [old, now] = [before, await stored(page)].map(({ access }) => decoded(access.split('.')[1]!));
  expect(now!.gen).toBe(Number(old!.gen) + 1);
  expect(now!.jti).not.toBe(old!.jti);
  for (const [claim, value] of Object.entries(now!)) {
    const row = access.getByRole('row').filter({ has: page.getByRole('rowheader', { name: claim, exact: true }) });
    const isOther = value !== old![claim];
    await expect(row.locator('del')).toHaveText(isOther ? [String(old![claim])] : []);
    await expect(row.locator('ins')).toHaveText(isOther ? [String(value)] : []);
  }
});

test('a failed renewal shows an error', async ({ page, context }) => {
  await openSignedIn(page, '/tokens');
  await context.route('**/rpc/session/refresh', (route) => route.abort());
  const button = page.getByRole('button', { name: 'Refresh now' });
  await button.click();
  const alert = page.getByRole('region', { name: 'Access token' }).getByRole('alert');
  await expect(alert).toHaveText(/could not be refreshed/);
  await expect(button).toBeFocused();
  await context.unroute('**/rpc/session/refresh');
  await button.click();
  await expect(toast(page)).toHaveText(/^Tokens refreshed/);
  await expect(alert).toBeEmpty();
});

test('the remaining lifetime of a token is counted down', async ({ page }) => {
  await page.clock.install();
  await openSignedIn(page, '/tokens');
  const { exp } = claims((await stored(page)).access);
  const access = page.getByRole('region', { name: 'Access token' });
  await expect(access).toBeVisible();
  await page.clock.pauseAt(Number(exp) * 1000 - 90_000);
  await expect(access).toContainText('Expires in 1 min 30 s');
  const bar = access.getByRole('progressbar', { name: 'Remaining lifetime' });
  const left = async () => Number(await bar.getAttribute('value'));
  const before = await left();
  await page.clock.runFor(1000);
  await expect(access).toContainText('Expires in 1 min 29 s');
  expect(await left()).toBeLessThan(before);
});

test('a pasted token is decoded without being sent or stored', async ({ page }) => {
  await page.clock.install();
  // The last request that the page sends by itself.
  const known = page.waitForResponse('**/rpc/account/me');
  await openSignedIn(page, '/tokens');
  await expect(page.getByRole('table')).toHaveCount(2);
  await known;
  const requests: string[] = [];
  page.on('request', (request) => requests.push(new URL(request.url()).pathname));
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  const access = page.getByRole('region', { name: 'Access token' });
  const card = page.getByRole('region', { name: 'Decode a token' });
  const field = card.getByLabel('Token', { exact: true });

  await field.fill(`Bearer ${token({ alg: 'RS256' }, { iss: 'https://elsewhere.example', exp: 1_000_000_000, tier: 'gold' })}`);
  await expect(card.getByRole('status')).toContainText('The signature was not verified');
  await expect(card.getByRole('status')).toContainText(/The token expired at 9 Sept? 2001/);
  await expect(card.getByRole('row').filter({ hasText: 'tier' })).toContainText('Custom claim');
  await expect(card.getByRole('row').filter({ hasText: 'iss' })).toContainText('https://elsewhere.example');

  for (const [text, sentence] of [
    ['nonsense', 'Not a JWT: expected three parts'],
    ['a.b.c.d.e', 'This token is encrypted'],
    ['!.e30.x', 'The header is not valid'],
    ['e30.W10.x', 'The payload is not valid'],
  ] as const) {
    await field.fill(text);
    await expect(card.getByRole('status')).toContainText(sentence);
    await expect(card.getByRole('table')).toHaveCount(0);
  }
  await field.fill('');
  await expect(card.getByRole('status')).toHaveCount(0);
  // Delayed requests or writes would be due now.
  await page.clock.runFor(10_000);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).toBe(kept);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(access.locator('ins').first()).toBeVisible();
  expect(requests).toEqual(['/rpc/session/refresh']);
});

test('claims with markup are not interpreted as HTML', async ({ page }) => {
  await openSignedIn(page, '/tokens');
  const markup = '<img src=x onerror=alert(1)>';
  page.on('dialog', () => expect(null, 'a script ran').not.toBeNull());
  await page.getByLabel('Token', { exact: true }).fill(token({ alg: markup }, { username: markup, [markup]: markup }));
  const card = page.getByRole('region', { name: 'Decode a token' });
  await expect(card.getByRole('rowheader', { name: markup })).toHaveText(markup);
  await expect(card.getByText(markup)).toHaveCount(4);
  await expect(page.locator('main img')).toHaveCount(0);
});

test('a renewal in another tab is shown', async ({ page, context }) => {
  await openSignedIn(page, '/tokens');
  const other = await context.newPage();
  await renewIn(other);
  await expect(page.getByRole('region', { name: 'Access token' }).locator('ins').first()).toBeVisible();
});

async function renewIn(page: Page): Promise<void> {
  await open(page, '/tokens');
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(toast(page)).toHaveText(/^Tokens refreshed/);
}

function token(header: object, claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.c2lnbmF0dXJl`;
}

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}

test('a pasted token is found in its surrounding text', async ({ page }) => {
  await openSignedIn(page, '/tokens');
  const card = page.getByRole('region', { name: 'Decode a token' });
  const field = card.getByLabel('Token', { exact: true });
  const pasted = token({ alg: 'RS256' }, { iss: 'https://elsewhere.example', tier: 'gold' });
  for (const text of [
    pasted.replace(/(.{20})/g, '$1\n'),
    `"${pasted}"`,
    `Authorization: Bearer ${pasted}`,
    `authorization: bearer\r\n  ${pasted.replace(/(.{30})/g, '$1\r\n  ')}`,
    JSON.stringify({ token_type: 'Bearer', access: pasted, refresh: 'x' }, null, 2),
    `curl https://api.example.com/ -H 'Authorization: Bearer ${pasted}'`,
  ]) {
    await field.fill('nonsense');
    await expect(card.getByRole('status')).toContainText('Not a JWT');
    await field.fill(text);
    await expect(card.getByRole('status')).toContainText('The signature was not verified');
    expect((await card.locator('.token').innerText()).replace(/\s/g, '')).toBe(pasted);
    await expect(card.getByRole('row').filter({ hasText: 'iss' })).toContainText('https://elsewhere.example');
  }
});

test('times of a pasted token may have fractions and exceed the calendar', async ({ page }) => {
  await openSignedIn(page, '/tokens');
  const card = page.getByRole('region', { name: 'Decode a token' });
  const field = card.getByLabel('Token', { exact: true });
  const meaning = (claim: string) =>
    card.getByRole('row').filter({ has: page.getByRole('rowheader', { name: claim, exact: true }) }).getByRole('cell').last();
  for (const [exp, words] of [
    ['9223372036854775807', 'far in the future'],
    ['9223372036854775808', 'far in the future'],
    ['9223372036854776', 'far in the future'],
    ['1e300', 'far in the future'],
    ['-1e300', 'far in the past'],
    ['8640000000000', '275760'],
    ['1000000000.75', '2001'],
    ['1e9', '2001'],
  ] as const) {
    await field.fill(`${encoded('{"alg":"none"}')}.${encoded(`{"exp":${exp},"iat":0.5}`)}.x`);
    await expect(meaning('exp')).toContainText(words);
    await expect(meaning('iat')).toContainText('1970');
    const isOver = Number(exp) < 2e9;
    await expect(card.getByRole('status')).toHaveText(isOver ? /The token expired at .+\.$/ : /issuer's key\.\s*$/);
  }
});

function encoded(json: string): string {
  return Buffer.from(json).toString('base64url');
}
