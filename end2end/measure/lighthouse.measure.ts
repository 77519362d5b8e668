// Lighthouse's scores of the release, with its settings for a phone: `make lighthouse`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test, type BrowserContext } from '@playwright/test';
import lighthouse, { type Result } from 'lighthouse';
import { findBrowser } from '../browser.js';
import { register } from '../tests/story';
import { freePort, serveHallpass } from './serve';

/** The pages to audit. */
const PAGES: { path: string; signedIn?: true }[] = [
  { path: '/' },
  { path: '/sign-in' },
  { path: '/account', signedIn: true },
];

/** The minimum score per category, of 100. */
const AT_LEAST = { performance: 95, accessibility: 100, 'best-practices': 100, seo: 100 };
type Category = keyof typeof AT_LEAST;
const CATEGORIES = Object.keys(AT_LEAST) as Category[];

/** Runs per page. Performance varies, so the median counts. */
const ATTEMPTS = 3;
const RUNS = 5;

interface Verdict {
  path: string;
  scores: Record<Category, number>;
  /** The failed audits of any run. */
  failed: string[];
}

test('Lighthouse is content with the pages', async () => {
  const hallpass = await serveHallpass();
  const verdicts: Verdict[] = [];
  try {
    for (const { path, signedIn } of PAGES) {
      verdicts.push(await judge(hallpass.url, path, signedIn ?? false));
    }
  } finally {
    await hallpass.stop();
  }

  console.log(`\n${table(verdicts)}\n`);
  const shortfalls = verdicts.flatMap(({ path, scores }) =>
    CATEGORIES.filter((category) => scores[category] < AT_LEAST[category]).map(
      (category) => `${path}: ${category} ${scores[category]}, at least ${AT_LEAST[category]}`,
    ),
  );
  expect(shortfalls).toEqual([]);
});

async function judge(origin: string, path: string, signedIn: boolean): Promise<Verdict> {
  const profile = mkdtempSync(join(tmpdir(), 'hallpass-lighthouse-'));
  try {
    if (signedIn) await signIn(profile, origin);
    const results: Result[] = [];
    for (let run = 0; run < RUNS; run += 1) results.push(await audit(profile, `${origin}${path}`));
    return verdict(path, results);
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

async function signIn(profile: string, origin: string): Promise<void> {
  const browser = await launch(profile, { baseURL: origin });
  await register(await browser.newPage());
  await browser.close();
}

/** A browser that keeps this profile between runs. */
function launch(profile: string, options: { baseURL?: string; port?: number }): Promise<BrowserContext> {
  const { baseURL, port } = options;
  const args = ['--no-sandbox', ...(port ? [`--remote-debugging-port=${port}`] : [])];
  // Playwright disables the back/forward cache, which Lighthouse audits.
  const ignoreDefaultArgs = ['--disable-back-forward-cache'];
  return chromium.launchPersistentContext(profile, { executablePath: findBrowser(), baseURL, args, ignoreDefaultArgs });
}

/** One run in a fresh browser. Lighthouse opens its own tab, empties the cache and keeps local storage, where the pair is. */
async function audit(profile: string, url: string): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await runOnce(profile, url, attempt);
    if (result) return result;
  }
}

/** `null` when the run must be repeated. */
async function runOnce(profile: string, url: string, attempt: number): Promise<Result | null> {
  const port = await freePort();
  const browser = await launch(profile, { port });
  try {
    const run = await lighthouse(url, { port, logLevel: 'error', onlyCategories: CATEGORIES });
    if (!run) throw new Error(`Lighthouse has no result for ${url}`);
    const { runtimeError, finalDisplayedUrl } = run.lhr;
    // Sometimes the trace lacks its beginning, which is not the page's fault.
    if (runtimeError?.code === 'NO_NAVSTART' && attempt < ATTEMPTS) return null;
    if (runtimeError) throw new Error(`${url}: ${runtimeError.message}`);
    expect(finalDisplayedUrl, 'the page that was judged').toBe(url);
    return run.lhr;
  } finally {
    await browser.close();
  }
}

function verdict(path: string, results: Result[]): Verdict {
  const scores = Object.fromEntries(
    CATEGORIES.map((category) => [category, median(results.map((result) => score(result, category)))]),
  ) as Record<Category, number>;
  return { path, scores, failed: [...new Set(results.flatMap(failedAudits))] };
}

function score(result: Result, category: Category): number {
  return Math.round((result.categories[category]?.score ?? 0) * 100);
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

/** The failed audits. Some cost no points but point at an improvement. */
function failedAudits(result: Result): string[] {
  return CATEGORIES.flatMap((category) =>
    (result.categories[category]?.auditRefs ?? []).flatMap(({ id, weight }) => {
      const audit = result.audits[id]!;
      if (audit.score === null || audit.score >= 0.9) return [];
      const costs = weight > 0 ? '' : ' (costs nothing)';
      return [`${category}: ${id}${costs}: ${audit.title}`];
    }),
  );
}

function table(verdicts: Verdict[]): string {
  const rows = verdicts.map(({ path, scores }) => `| \`${path}\` | ${CATEGORIES.map((one) => scores[one]).join(' | ')} |`);
  const failed = verdicts.flatMap(({ path, failed }) => failed.map((audit) => `${path}: ${audit}`));
  return [`| page | ${CATEGORIES.join(' | ')} |`, '|---|--:|--:|--:|--:|', ...rows, '', ...failed].join('\n');
}
