// Korean, chosen by a link or by the browser's preference. states.spec.ts checks every page and state in both
// languages.
import type { Page } from '@playwright/test';
import { latinWords } from './states/latin';
import { createAccount, expect, fillSignIn, isSignedOut, onTelephone, open, openSignedIn, somebody, test, toast } from './story';

const SIGNED_OUT = [
  ['/', 'Hallpass', '로그인이 끊기지 않는 토큰 인증'],
  ['/sign-in', '로그인 · Hallpass', '로그인'],
  ['/register', '계정 만들기 · Hallpass', '계정 만들기'],
  ['/no/such/page', '페이지를 찾을 수 없음 · Hallpass', '페이지를 찾을 수 없음'],
] as const;

test.describe('the language can be chosen', () => {
  test('by a link in the footer, for all pages, across a reload and a sign-in', async ({ page }) => {
    const username = await createAccount(page.request);
    await open(page, '/sign-in?next=%2Faccount%2Fsessions');
    await chooseKorean(page);
    await expect(page).toHaveURL('/sign-in?next=%2Faccount%2Fsessions');
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('로그인');
    await fillSignIn(page, username);
    await expect(page).toHaveURL('/account/sessions');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('내 세션');
    await expect(page.getByText('다른 곳에서는 로그인하지 않았습니다.')).toBeVisible();
    await page.getByRole('contentinfo').getByRole('link', { name: 'English' }).click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your sessions');
  });

  test('on a page reached by client-side navigation', async ({ page }) => {
    await openSignedIn(page);
    await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Security' }).click();
    await expect(page).toHaveURL('/account/security');
    await chooseKorean(page);
    await expect(page).toHaveURL('/account/security');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('보안 기록');
  });

  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false });

    test('by the same link', async ({ page }) => {
      await page.goto('/sign-in?next=%2Ftokens');
      await chooseKorean(page);
      await expect(page).toHaveURL('/sign-in?next=%2Ftokens');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('로그인');
      await expect(page.locator('noscript p')).toHaveText(/자바스크립트가 필요합니다/);
    });
  });
});

test.describe('with a Korean browser', () => {
  test.use({ locale: 'ko-KR' });

  for (const [path, title, heading] of SIGNED_OUT) {
    test(`${path} is rendered in Korean by the server`, async ({ page }) => {
      const html = await (await page.goto(path))!.text();
      expect(html).toContain('<html lang="ko"');
      expect(html).toContain(`<title>${title}</title>`);
      expect(html).toContain(heading);
      await isSignedOut(page);
      await expect(page).toHaveTitle(title);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
      expect(await latinWords(page)).toEqual([]);
    });
  }

  test('errors of the server are in Korean', async ({ page }) => {
    await open(page, '/sign-in');
    await fillSignIn(page, 'nobody-at-all', 'not the password');
    await expect(page.getByRole('alert')).toHaveText(/맞는 활성 계정이 없습니다/);
    await open(page, '/register');
    await page.getByLabel('사용자 이름').fill(somebody());
    const password = page.getByLabel('비밀번호', { exact: true });
    await expect(password).toHaveAccessibleDescription(/15자 이상/);
    await password.fill('passwordpassword');
    await page.getByRole('button', { name: '계정 만들기' }).click();
    await expect(page.getByRole('alert')).toHaveText('표시된 항목을 확인하세요.');
    await expect(password).toHaveAccessibleDescription(/추측하기 쉬운 비밀번호입니다/);
    expect(await latinWords(page)).toEqual([]);
  });

  test('dialogs, toasts and sign-out reasons are in Korean', async ({ page, browser, baseURL }) => {
    const username = await createAccount(page.request);
    const telephone = await onTelephone(browser, baseURL, username);
    await openSignedIn(page, '/account/sessions', username);
    await page.getByRole('button', { name: 'iPhone의 Safari 세션 종료' }).click();
    const dialog = page.getByRole('dialog', { name: 'iPhone의 Safari 세션을 종료할까요?' });
    await expect(dialog.getByRole('button', { name: '취소' })).toBeVisible();
    expect(await latinWords(page)).toEqual([]);
    await dialog.getByRole('button', { name: '세션 종료' }).click();
    await expect(toast(page)).toHaveText('iPhone의 Safari 세션을 종료했습니다.');
    await telephone.context().setExtraHTTPHeaders({ 'accept-language': 'ko' });
    await telephone.reload();
    await isSignedOut(telephone);
    await expect(telephone.getByRole('main').getByRole('status')).toHaveText(/^.+에 .+의 Chrome에서 이 세션을 종료하여 로그아웃되었습니다\.$/);
  });
});

for (const [locale, time] of [
  ['en-US', /^Signed in$.*\b\w{3} \d{1,2}, \d{4}, \d{1,2}:\d\d\s[AP]M/ms],
  ['en-GB', /^Signed in$.*\b\d{1,2} \w{3,4} \d{4}, \d\d:\d\d$/ms],
  ['de-DE', /^Signed in$.*\b\d{1,2} \w{3,4} \d{4}, \d\d:\d\d$/ms],
] as const) {
  test.describe(`a browser of ${locale}`, () => {
    test.use({ locale });

    test('shows dates in the format of its region', async ({ page }) => {
      await openSignedIn(page);
      await expect(page.locator('html')).toHaveAttribute('lang', 'en');
      await expect.poll(() => page.getByRole('region', { name: 'Current session' }).innerText()).toMatch(time);
    });
  });
}

async function chooseKorean(page: Page): Promise<void> {
  await page.getByRole('contentinfo').getByRole('link', { name: '한국어' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
}
