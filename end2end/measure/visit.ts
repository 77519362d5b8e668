// The first visit of a new browser: the files it loads and their transfer sizes.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { brotliCompressSync, constants } from 'node:zlib';
import type { BrowserContext } from '@playwright/test';

export const KINDS = ['HTML', 'stylesheet', 'JavaScript', 'WebAssembly', 'other'] as const;
export type Kind = (typeof KINDS)[number];

/** Transferred bytes by kind of file. */
export type Weight = Record<Kind, number>;

/** The weight of a file that the server has not compressed. */
export type Uncompressed = 'as it is sent' | 'as brotli would send it';

export function total(weight: Weight): number {
  return KINDS.reduce((sum, kind) => sum + weight[kind], 0);
}

/** Opens the page in a context with an empty cache, and weighs every file from its server. */
export async function visit(context: BrowserContext, url: string, uncompressed: Uncompressed): Promise<Weight> {
  const { origin } = new URL(url);
  const files = new Set<string>();
  const page = await context.newPage();
  page.on('response', (response) => {
    const isOurs = new URL(response.url()).origin === origin;
    // POST requests load data, which differ between users.
    if (isOurs && response.request().method() === 'GET') files.add(response.url());
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  // Playwright does not report icons.
  for (const icon of await page.locator('link[rel~=icon]').all()) {
    files.add(new URL((await icon.getAttribute('href')) ?? '', url).href);
  }
  for (const file of await page.evaluate(ofServiceWorker)) files.add(file);
  await page.close();

  const weight = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Weight;
  for (const file of files) {
    const { kind, bytes } = await weigh(file, uncompressed);
    weight[kind] += bytes;
  }
  return weight;
}

/** Playwright does not report the service worker and its cache either. Runs in the page. */
async function ofServiceWorker(): Promise<string[]> {
  const worker = (await navigator.serviceWorker.getRegistration())?.active;
  if (!worker) return [];
  const caches = await Promise.all((await self.caches.keys()).map((name) => self.caches.open(name)));
  const kept = await Promise.all(caches.map((cache) => cache.keys()));
  return [worker.scriptURL, ...kept.flat().map(({ url }) => url)];
}

async function weigh(url: string, uncompressed: Uncompressed): Promise<{ kind: Kind; bytes: number }> {
  const response = await get(url);
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const isEncoded = response.headers['content-encoding'] !== undefined;
  const bytes = isEncoded || uncompressed === 'as it is sent' ? body.length : brotli(body).length;
  return { kind: kindOf(response.headers['content-type'] ?? ''), bytes };
}

/** Node's `fetch` would decode the body, but the encoded length is needed. */
function get(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { headers: { 'accept-encoding': 'br', accept: '*/*' } }, (response) => {
      if (response.statusCode === 200) resolve(response);
      else reject(new Error(`${url} answers ${response.statusCode}`));
    });
    request.on('error', reject).end();
  });
}

function brotli(body: Buffer): Buffer {
  return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } });
}

function kindOf(contentType: string): Kind {
  if (contentType.startsWith('text/html')) return 'HTML';
  if (contentType.startsWith('text/css')) return 'stylesheet';
  if (contentType.includes('javascript')) return 'JavaScript';
  if (contentType.startsWith('application/wasm')) return 'WebAssembly';
  return 'other';
}
