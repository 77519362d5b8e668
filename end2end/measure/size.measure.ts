// The transfer size of a first visit, beside the hello-world of Leptos' template built in the same run. Writes the
// tables of the README, then checks the bounds: `make size`.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test, type Browser, type BrowserContextOptions } from '@playwright/test';
import { register } from '../tests/story';
import { serveHallpass, serveHelloWorld } from './serve';
import { KINDS, total, visit, type Weight } from './visit';

/** The pages whose WebAssembly the table lists. */
const ROUTES: { path: string; signedIn?: true }[] = [
  { path: '/' },
  { path: '/register' },
  { path: '/sign-in' },
  { path: '/account', signedIn: true },
];

const FIRST_VISIT = '/sign-in';
const AT_MOST = 1.55;
const README = new URL('../../README.md', import.meta.url);

/** The lock files of the two: their shared dependencies must have the same versions. */
const LOCK = new URL('../../Cargo.lock', import.meta.url);
const HELLO_WORLD_LOCK = new URL('../hello-world/Cargo.lock', import.meta.url);

test('the hello-world is built of the crates that Hallpass is built of', () => {
  const ours = packages(LOCK);
  const names = new Set([...ours].map((one) => one.split(' ')[0]));
  const others = [...packages(HELLO_WORLD_LOCK)].filter((one) => names.has(one.split(' ')[0]) && !ours.has(one));
  expect(others).toEqual([]);
});

test('the first visit is not much heavier than a hello-world', async ({ browser }) => {
  const routes = await weighRoutes(browser);
  const helloWorld = await weighHelloWorld(browser);
  const firstVisit = routes.get(FIRST_VISIT)!;

  const tables = `${firstVisitTable(firstVisit, helloWorld)}\n\n${routesTable(routes)}`;
  console.log(`\n${tables}\n`);
  writeIntoReadme(tables);

  const ratio = total(firstVisit) / total(helloWorld);
  const sentence = `the first visit to ${FIRST_VISIT} weighs ${ratio.toFixed(2)} times the hello-world; at most ${AT_MOST}`;
  expect(ratio, sentence).toBeLessThanOrEqual(AT_MOST);
});

/** The packages of a lock file, as `name version`. */
function packages(lock: URL): Set<string> {
  const found = readFileSync(lock, 'utf8').matchAll(/^name = "(.+)"\nversion = "(.+)"$/gm);
  return new Set([...found].map(([, name, version]) => `${name} ${version}`));
}

async function weighRoutes(browser: Browser): Promise<Map<string, Weight>> {
  const hallpass = await serveHallpass();
  try {
    const storageState = await signedIn(browser, hallpass.url);
    const weights = new Map<string, Weight>();
    for (const { path, signedIn } of ROUTES) {
      const options = signedIn ? { storageState } : {};
      weights.set(path, await firstVisit(browser, `${hallpass.url}${path}`, options));
    }
    return weights;
  } finally {
    await hallpass.stop();
  }
}

async function weighHelloWorld(browser: Browser): Promise<Weight> {
  const helloWorld = await serveHelloWorld();
  try {
    const context = await browser.newContext();
    // The template's server does not compress its page; it is compared as if it did.
    const weight = await visit(context, helloWorld.url, 'as brotli would send it');
    await context.close();
    return weight;
  } finally {
    await helloWorld.stop();
  }
}

async function firstVisit(browser: Browser, url: string, options: BrowserContextOptions): Promise<Weight> {
  const context = await browser.newContext(options);
  const weight = await visit(context, url, 'as it is sent');
  await context.close();
  return weight;
}

/** The cache of a browser in which a user has signed in. */
async function signedIn(browser: Browser, baseURL: string): Promise<BrowserContextOptions['storageState']> {
  const context = await browser.newContext({ baseURL });
  await register(await context.newPage());
  const state = await context.storageState();
  await context.close();
  return state;
}

function firstVisitTable(ours: Weight, helloWorld: Weight): string {
  const row = (name: string, a: number, b: number): string => `| ${name} | ${kilobytes(a)} | ${kilobytes(b)} |`;
  return [
    `| first visit to \`${FIRST_VISIT}\`, brotli | Hallpass | hello-world |`,
    '|---|--:|--:|',
    ...KINDS.map((kind) => row(kind, ours[kind], helloWorld[kind])),
    row('together', total(ours), total(helloWorld)),
    `| times the hello-world | ${(total(ours) / total(helloWorld)).toFixed(2)} | 1 |`,
  ].join('\n');
}

function routesTable(routes: Map<string, Weight>): string {
  return [
    '| first visit to | WebAssembly, brotli |',
    '|---|--:|',
    ...[...routes].map(([path, weight]) => `| \`${path}\` | ${kilobytes(weight.WebAssembly)} |`),
  ].join('\n');
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function writeIntoReadme(tables: string): void {
  const readme = readFileSync(README, 'utf8');
  const between = /(<!-- size:begin -->\n)[^]*(\n<!-- size:end -->)/;
  if (!between.test(readme)) throw new Error('README.md has no place for the tables');
  writeFileSync(README, readme.replace(between, (_, begin: string, end: string) => `${begin}${tables}${end}`));
}
