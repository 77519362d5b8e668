// A state of a page: how it is reached, and what is always true of it. One table of all of them is walked by
// the stories (states.spec.ts) and by the pictures (screenshots/), so that what is told is pictured too.
import type { APIRequestContext, Page } from '@playwright/test';
import type { Server } from '../servers';
import { createAccount, openSignedIn } from '../story';
import type { Cast } from './cast';

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
export function enroll({ request, cast }: Scene): Promise<string> {
  return createAccount(request, cast.person());
}

/** Makes an account and loads a page as its user, who signed in earlier; waits for what shows that the page is there. */
export async function join(scene: Scene, path: string, sign: string): Promise<string> {
  const username = await enroll(scene);
  await shown(scene, path, sign, username);
  return username;
}

/** Loads a page as somebody who signed in earlier, and waits for what shows that it is there. */
export async function shown({ page }: Scene, path: string, sign: string, username: string): Promise<void> {
  await openSignedIn(page, path, username);
  await page.locator(sign).first().waitFor();
}
