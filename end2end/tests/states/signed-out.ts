// States of signed-out visitors.
import { SERVERS } from '../servers';
import { expect, fillSignIn, isSignedOut, open } from '../story';
import { signInOn } from './cast';
import { join, type Said, type Scene, type State } from './state';

const HOME = ['Token authentication that stays signed in', '로그인이 끊기지 않는 토큰 인증'] as const;
const SIGN_IN = ['Sign in', '로그인'] as const;
const REGISTER = ['Create account', '계정 만들기'] as const;
const NOT_FOUND = ['Page not found', '페이지를 찾을 수 없음'] as const;

export const SIGNED_OUT: State[] = [
  { name: 'home', heading: HOME, title: ['', ''], reach: at('/') },
  { name: 'sign-in', heading: SIGN_IN, reach: at('/sign-in') },
  { name: 'sign-in-refused', heading: SIGN_IN, reach: refusedSignIn },
  { name: 'register', heading: REGISTER, reach: at('/register') },
  { name: 'register-refused', heading: REGISTER, reach: refusedRegistration },
  { name: 'register-closed', heading: REGISTER, reach: at('/register'), server: SERVERS.closed },
  { name: 'farewell', heading: SIGN_IN, reach: farewell },
  { name: 'not-found', heading: NOT_FOUND, title: ['Page not found', '페이지를 찾을 수 없음'], reach: at('/no/such/page') },
  { name: 'not-loaded', heading: SIGN_IN, reach: notLoaded },
  { name: 'no-javascript', heading: SIGN_IN, reach: ({ page }) => page.goto('/sign-in'), withoutScript: true },
  // The answers of the server and of the service worker when nothing else can answer.
  { name: 'server-failed', heading: both('Something went wrong on the server'), reach: ({ page }) => page.goto('/error.html'), isBilingual: true },
  { name: 'server-unreachable', heading: both('The server cannot be reached'), reach: ({ page }) => page.goto('/offline.html'), isBilingual: true },
];

function both(heading: string): Said {
  return [heading, heading];
}

function at(path: string): State['reach'] {
  return async ({ page }) => {
    await open(page, path);
    await isSignedOut(page);
  };
}

async function refusedSignIn({ page }: Scene): Promise<void> {
  await open(page, '/sign-in');
  await fillSignIn(page, '1815', 'not the password');
  await expect(page.getByRole('alert')).not.toBeEmpty();
}

async function refusedRegistration({ page }: Scene): Promise<void> {
  await open(page, '/register');
  await fillSignIn(page, 'a name with spaces', 'passwordpassword');
  await expect(page.locator('[aria-invalid=true]')).toHaveCount(2);
}

/** With a session that was ended from another device. */
async function farewell(scene: Scene): Promise<void> {
  const { page, request } = scene;
  const username = await join(scene, '/account', '[data-testid=countdown]');
  const { access } = await signInOn(request, username, 'Desktop Firefox');
  await request.delete('/api/sessions/', { headers: { authorization: `Bearer ${access}` } });
  await page.reload();
  await isSignedOut(page);
  await expect(page.getByRole('main').getByRole('status')).toBeVisible();
}

async function notLoaded({ page }: Scene): Promise<void> {
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto('/sign-in');
  await expect(page.locator('.banner.failed[data-reason=network]')).toBeVisible();
}
