// States of the administration, including for users without access.
import { expect, toast } from '../story';
import { engage } from './cast';
import { enroll, join, shown, type Scene, type State } from './state';

const USERS = ['Users', '사용자'] as const;
const USER = ['User', '사용자 정보'] as const;
const TOKENS = ['Outstanding tokens', '발급된 토큰'] as const;
const EVENTS = ['All security events', '모든 보안 기록'] as const;

export const ADMINISTRATION: State[] = [
  { name: 'admin-users', heading: USERS, reach: users },
  { name: 'admin-users-nothing-found', heading: USERS, reach: nobody },
  { name: 'admin-users-selected', heading: USERS, reach: selected },
  { name: 'admin-users-question', heading: USERS, reach: questionOfMany, onScreen: true },
  { name: 'admin-user-new', heading: USERS, reach: newUser },
  { name: 'admin-user-new-refused', heading: USERS, reach: refusedNewUser },
  { name: 'admin-user', heading: USER, reach: user },
  { name: 'admin-user-edit-refused', heading: USER, reach: refusedEdit },
  { name: 'admin-user-question', heading: USER, reach: question, onScreen: true },
  { name: 'admin-user-deactivated', heading: USER, reach: deactivated },
  { name: 'admin-user-gone', heading: USER, reach: gone },
  { name: 'admin-tokens', heading: TOKENS, reach: tokens },
  { name: 'admin-tokens-selected', heading: TOKENS, reach: selectedTokens },
  { name: 'admin-events', heading: EVENTS, reach: events },
  { name: 'admin-events-nothing-found', heading: EVENTS, reach: noEvents },
  { name: 'admin-forbidden', heading: USERS, reach: forbidden },
];

/** Opens a page of the administration as the crew's superuser. */
async function administer(scene: Scene, path: string, sign: string): Promise<void> {
  await engage(scene.request, scene.cast);
  await shown(scene, path, sign, scene.cast.boss);
}

async function users(scene: Scene): Promise<void> {
  const { page, cast } = scene;
  await administer(scene, `/admin/users?search=${cast.word}`, '.data');
  await expect(page.locator('.data tbody tr')).toHaveCount(cast.crew.length);
}

async function nobody(scene: Scene): Promise<void> {
  await administer(scene, `/admin/users?search=${scene.cast.word}+0000`, '.empty');
}

async function selected(scene: Scene): Promise<void> {
  await users(scene);
  for (const row of [1, 3]) await scene.page.locator('.data tbody input').nth(row).check();
  await expect(scene.page.locator('.bulk')).toBeVisible();
}

async function questionOfMany(scene: Scene): Promise<void> {
  await selected(scene);
  await scene.page.locator('.bulk .danger').click();
  await expect(scene.page.getByRole('dialog')).toBeVisible();
}

async function newUser(scene: Scene): Promise<void> {
  await users(scene);
  await scene.page.locator('.toolbar > button').click();
  await expect(scene.page.locator('#username')).toBeVisible();
}

async function refusedNewUser(scene: Scene): Promise<void> {
  await newUser(scene);
  await scene.page.locator('#username').press('Enter');
  await expect(scene.page.locator('[aria-invalid=true]')).toHaveCount(2);
}

/** A crew member with two sessions. */
async function user(scene: Scene): Promise<void> {
  const { id } = (await engage(scene.request, scene.cast))[1]!;
  await administer(scene, `/admin/users/${id}`, '.rows > li:nth-child(2)');
}

async function refusedEdit(scene: Scene): Promise<void> {
  await user(scene);
  await scene.page.locator('#email').fill('12345');
  await scene.page.locator('#email').press('Enter');
  await expect(scene.page.locator('#email')).toHaveAttribute('aria-invalid', 'true');
}

async function question(scene: Scene): Promise<void> {
  await user(scene);
  await scene.page.locator('[aria-labelledby=activation] button').click();
  await expect(scene.page.getByRole('dialog')).toBeVisible();
}

/** A user of no other state. */
async function deactivated(scene: Scene): Promise<void> {
  const { page } = scene;
  const username = await enroll(scene);
  await administer(scene, `/admin/users?search=${encodeURIComponent(username)}`, '.data tbody th a');
  await page.locator('.data tbody th a').click();
  await page.locator('[aria-labelledby=activation] .danger').click();
  await page.getByRole('dialog').locator('[value=yes]').click();
  await expect(toast(page)).toBeVisible();
  await expect(page.locator('[aria-labelledby=activation] .primary')).toBeVisible();
  await expect(page.locator('.empty')).toBeVisible();
}

async function gone(scene: Scene): Promise<void> {
  await administer(scene, '/admin/users/999999999', '.notice');
}

async function tokens(scene: Scene): Promise<void> {
  const { id } = (await engage(scene.request, scene.cast))[1]!;
  await administer(scene, `/admin/tokens?user=${id}`, '.data tbody tr:nth-child(4)');
}

async function selectedTokens(scene: Scene): Promise<void> {
  await tokens(scene);
  await scene.page.locator('.data thead input').check();
  await expect(scene.page.locator('.bulk')).toBeVisible();
}

async function events(scene: Scene): Promise<void> {
  const { id } = (await engage(scene.request, scene.cast))[1]!;
  await administer(scene, `/admin/events?user=${id}`, '.data tbody tr:nth-child(4)');
}

async function noEvents(scene: Scene): Promise<void> {
  await administer(scene, '/admin/events?since=2020-01-01&until=2020-01-02', '.empty');
}

async function forbidden(scene: Scene): Promise<void> {
  await join(scene, '/admin/users', '.notice a');
}
