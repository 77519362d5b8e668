// The browsers of the tests: CHROMIUM and FIREFOX if set, the system's, or Playwright's own. Called with `chromium`
// or `firefox`, prints the path; fails if there is none.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, firefox } from '@playwright/test';

const FINDERS = { chromium: findBrowser, firefox: () => findFirefox()?.path };

export function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const candidates = onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);
  return [...candidates, chromium.executablePath()].find((path) => existsSync(path));
}

/** Playwright's own build uses its own protocol; any other one uses WebDriver BiDi. */
export function findFirefox() {
  const own = firefox.executablePath();
  if (!process.env.FIREFOX && existsSync(own)) return { path: own, isOwn: true };
  const path = process.env.FIREFOX || onPath(['firefox-esr', 'firefox']).find((path) => existsSync(path));
  return path ? { path, isOwn: false } : undefined;
}

function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = FINDERS[process.argv[2] ?? 'chromium']();
  if (!found) process.exit(1);
  console.log(found);
}
