// A state of a page: how it is reached, and what is always true of it. One table of all of them is walked by
// the stories (states.spec.ts) and by the pictures (screenshots/), so that what is told is pictured too.
import type { APIRequestContext, Page } from '@playwright/test';
import type { Server } from '../servers';
import { PASSWORD, isSignedIn, open } from '../story';
import { signInBrowser, type Cast } from './cast';

/** In English and in Korean. */
export type Said = readonly [string, string];

/** What a state is reached with. */
export interface Scene {
  page: Page;
  /** Talks to the same server, from no browser. */
  request: APIRequestContext;
  cast: Cast;
}

export interface State {
  /** The name of its pictures. */
  name: string;
  /** The heading at its top, in English and in Korean. */
  heading: Said;
  /** What the window's title says before the name of the application, if not the same; nothing when empty. */
  title?: Said;
  /** Brings the page there, whatever its language is. */
  reach(scene: Scene): Promise<unknown>;
  /** Where, unless it is the usual server. */
  server?: Server;
  /** Whether the browser runs no script. */
  withoutScript?: true;
  /** Whether it is written in both languages at once. */
  isBilingual?: true;
  /** Whether what is on the screen is pictured, and not the page from its top. */
  onScreen?: true;
  /** What is scrolled to for a picture. */
  at?: string;
}

/** In how many ways each state is looked at. */
export const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ([320, 1440] as const).map((width) => ({ colorScheme, width })),
);

export type Look = (typeof LOOKS)[number];

export async function look(page: Page, { colorScheme, width }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: width === 320 ? 640 : 900 });
}

/** Makes an account; answers the name. */
export async function enroll({ request, cast }: Scene): Promise<string> {
  const username = cast.person();
  await request.post('/api/register/', { data: { username, password: PASSWORD } });
  return username;
}

/** Makes an account that is signed in in this browser; answers the name. */
export async function join(scene: Scene): Promise<string> {
  const username = await enroll(scene);
  await signInBrowser(scene.page, scene.request, username);
  return username;
}

/** Loads a page of a browser that is signed in, and waits for what shows that it is there. */
export async function shown(page: Page, path: string, sign: string): Promise<void> {
  await open(page, path);
  await isSignedIn(page);
  await page.locator(sign).first().waitFor();
}
