// A state of a page: how it is reached and what always holds. states.spec.ts and the screenshots share the table, so
// every tested state has a screenshot.
import type { APIRequestContext, Page } from '@playwright/test';
import type { Server } from '../servers';
import { createAccount, openSignedIn } from '../story';
import type { Cast } from './cast';

/** In English and in Korean. */
export type Said = readonly [string, string];

/** The means to reach a state. */
export interface Scene {
  page: Page;
  /** A client of the same server outside any browser. */
  request: APIRequestContext;
  cast: Cast;
}

export interface State {
  /** The name of its screenshots. */
  name: string;
  /** The heading, in English and in Korean. */
  heading: Said;
  /** The document title before the application's name, if different; none when empty. */
  title?: Said;
  /** Opens the page, whatever its language. */
  reach(scene: Scene): Promise<unknown>;
  /** The server, unless it is the default one. */
  server?: Server;
  /** Whether scripts are disabled. */
  withoutScript?: true;
  /** Whether the page contains both languages. */
  isBilingual?: true;
  /** Whether the screenshot shows the viewport instead of the page from its top. */
  onScreen?: true;
  /** The element to scroll to for a screenshot. */
  at?: string;
}

/** The number of variants of each state. */
export const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ([320, 1440] as const).map((width) => ({ colorScheme, width })),
);

export type Look = (typeof LOOKS)[number];

export async function look(page: Page, { colorScheme, width }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: width === 320 ? 640 : 900 });
}

/** Creates an account; returns the username. */
export function enroll({ request, cast }: Scene): Promise<string> {
  return createAccount(request, cast.person());
}

/** Creates an account, opens a page as its user, who signed in earlier, and waits for the given element. */
export async function join(scene: Scene, path: string, sign: string): Promise<string> {
  const username = await enroll(scene);
  await shown(scene, path, sign, username);
  return username;
}

/** Opens a page as a user who signed in earlier, and waits for the given element. */
export async function shown({ page }: Scene, path: string, sign: string, username: string): Promise<void> {
  await openSignedIn(page, path, username);
  await page.locator(sign).first().waitFor();
}
