// States of signed-in users.
import { SERVERS } from '../servers';
import { expect, toast } from '../story';
import { signInOn } from './cast';
import { enroll, join, shown, type Scene, type State } from './state';

const ACCOUNT = ['Your account', '내 계정'] as const;
const SESSIONS = ['Your sessions', '내 세션'] as const;
const TOKENS = ['Your tokens', '내 토큰'] as const;
const DIAGNOSTICS = ['Diagnostics', '진단'] as const;
const HOME = ['Token authentication that stays signed in', '로그인이 끊기지 않는 토큰 인증'] as const;

const FOREIGN =
  'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2Vsc2V3aGVyZS5leGFtcGxlIiwiZXhwIjoxMDAwMDAwMDAwfQ.c2lnbmF0dXJl';

export const ACCOUNT_STATES: State[] = [
  { name: 'account', heading: ACCOUNT, reach: at('/account', '[data-testid=countdown]') },
  { name: 'account-editing', heading: ACCOUNT, reach: editing },
  { name: 'password-refused', heading: ACCOUNT, reach: refusedPassword },
  { name: 'home-signed-in', heading: HOME, title: ['', ''], reach: at('/', '.pass strong') },
  { name: 'sessions-only-this', heading: SESSIONS, reach: at('/account/sessions', '.empty') },
  { name: 'sessions', heading: SESSIONS, reach: sessions },
  { name: 'session-question', heading: SESSIONS, reach: question, onScreen: true },
  { name: 'session-ended', heading: SESSIONS, reach: ended, onScreen: true },
  { name: 'security', heading: ['Security events', '보안 기록'], reach: security },
  { name: 'tokens', heading: TOKENS, reach: at('/tokens', '.claims') },
  { name: 'tokens-renewed', heading: TOKENS, reach: renewed, onScreen: true },
  { name: 'tokens-pasted', heading: TOKENS, reach: (scene) => pasted(scene, FOREIGN), onScreen: true, at: '#paste-title' },
  { name: 'tokens-nonsense', heading: TOKENS, reach: (scene) => pasted(scene, '12345'), onScreen: true, at: '#paste-title' },
  { name: 'diagnostics', heading: DIAGNOSTICS, reach: at('/diagnostics', '.flight > li') },
  { name: 'loading', heading: SESSIONS, reach: loading },
  { name: 'not-answered', heading: SESSIONS, reach: notAnswered },
  { name: 'page-not-downloaded', heading: DIAGNOSTICS, reach: notDownloaded },
  { name: 'offline', heading: ACCOUNT, reach: offline, server: SERVERS.brief, onScreen: true },
];

function at(path: string, sign: string): State['reach'] {
  return (scene) => join(scene, path, sign);
}

async function editing(scene: Scene): Promise<void> {
  await at('/account', '#current_password')(scene);
  await scene.page.locator('.card > header button').first().click();
  const email = scene.page.locator('#email');
  await email.fill('12345');
  await email.press('Enter');
  await expect(email).toHaveAttribute('aria-invalid', 'true');
}

async function refusedPassword(scene: Scene): Promise<void> {
  await at('/account', '#current_password')(scene);
  await scene.page.locator('#current_password').fill('not my password');
  await scene.page.locator('#new_password').fill('short');
  await scene.page.locator('#new_password').press('Enter');
  await expect(scene.page.locator('[aria-invalid=true]').first()).toBeVisible();
}

/** On four devices. */
async function sessions(scene: Scene): Promise<void> {
  const username = await enroll(scene);
  for (const device of ['iPhone 14', 'Desktop Firefox', 'Galaxy Tab S4']) await signInOn(scene.request, username, device);
  await shown(scene, '/account/sessions', '.row:nth-child(4)', username);
}

async function question(scene: Scene): Promise<void> {
  await sessions(scene);
  await scene.page.locator('.row button').last().click();
  await expect(scene.page.getByRole('dialog')).toBeVisible();
}

async function ended(scene: Scene): Promise<void> {
  await question(scene);
  await scene.page.getByRole('dialog').locator('[value=yes]').click();
  await expect(toast(scene.page)).toBeVisible();
}

/** With failed sign-ins, which are written every few seconds. */
async function security(scene: Scene): Promise<void> {
  const { page, request } = scene;
  const username = await enroll(scene);
  await signInOn(request, username, 'iPhone 14');
  for (let attempt = 0; attempt < 2; attempt += 1) await signInOn(request, username, 'Desktop Edge', 'not the password');
  await shown(scene, '/account/security', '.timeline', username);
  await expect(async () => {
    await page.reload();
    await page.locator('.timeline').waitFor();
    expect(await page.locator('.timeline [data-tone=warn]').count()).toBeGreaterThan(0);
  }).toPass();
}

async function renewed(scene: Scene): Promise<void> {
  await at('/tokens', '.claims')(scene);
  await scene.page.locator('main header button').click();
  await expect(scene.page.locator('ins').first()).toBeVisible();
}

async function pasted(scene: Scene, text: string): Promise<void> {
  await at('/tokens', '.claims')(scene);
  await scene.page.locator('#paste').fill(text);
  await expect(scene.page.locator('section', { has: scene.page.locator('#paste') }).getByRole('status')).toBeVisible();
}

/** A list that does not arrive: its skeleton, and after a second the progress line. */
async function loading(scene: Scene): Promise<void> {
  await scene.page.route('**/rpc/account/sessions', () => undefined);
  await join(scene, '/account/sessions', '.skeleton');
  await expect(scene.page.locator('.progress')).not.toBeEmpty();
}

async function notAnswered(scene: Scene): Promise<void> {
  await scene.page.route('**/rpc/account/sessions', (route) => route.abort());
  await join(scene, '/account/sessions', '.notice button');
}

async function notDownloaded(scene: Scene): Promise<void> {
  await scene.page.route('**/split_person*.wasm', (route) => route.abort());
  await join(scene, '/diagnostics', '.notice button');
}

async function offline(scene: Scene): Promise<void> {
  const { page } = scene;
  await at('/account', '[data-testid=countdown]')(scene);
  await page.context().setOffline(true);
  await expect(page.locator('.banner.shown')).toBeVisible();
}
