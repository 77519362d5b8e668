// The servers under measurement, each on a free port and stopped afterwards.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Served {
  url: string;
  stop(): Promise<void>;
}

const END2END = fileURLToPath(new URL('..', import.meta.url));

/** The release with its own database. */
export async function serveHallpass(): Promise<Served> {
  const binary = resolve(END2END, process.env.HALLPASS_BINARY ?? '../target/release/hallpass');
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-measure-'));
  const address = `127.0.0.1:${await freePort()}`;
  const served = await serve(binary, ['serve'], folder, address, {
    HALLPASS_LISTEN: address,
    HALLPASS_DATABASE_URL: `sqlite://${join(folder, 'measure.db')}`,
    HALLPASS_LIMITS: 'off',
    RUST_LOG: 'warn',
  });
  return {
    ...served,
    stop: async () => {
      await served.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The application of Leptos' own template. */
export async function serveHelloWorld(): Promise<Served> {
  const folder = join(END2END, 'hello-world');
  const address = `127.0.0.1:${await freePort()}`;
  return serve(join(folder, 'target/release/hello-world'), [], folder, address, {
    LEPTOS_OUTPUT_NAME: 'hello-world',
    LEPTOS_SITE_ADDR: address,
    LEPTOS_SITE_ROOT: 'target/site',
  });
}

async function serve(
  binary: string,
  args: string[],
  cwd: string,
  address: string,
  settings: Record<string, string>,
): Promise<Served> {
  if (!existsSync(binary)) throw new Error(`${binary} is not there; run: make build, or make size for the hello-world`);
  const env = { ...withoutSettings(process.env), ...settings };
  const child = spawn(binary, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  await once(child, 'spawn');
  const url = `http://${address}`;
  await answers(url, child);
  return { url, stop: () => stop(child) };
}

/** Settings in the caller's environment must not affect a measurement. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('HALLPASS_')));
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let patience = 100; patience > 0; patience -= 1) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended before it answered`);
    const isThere = await fetch(url).then(() => true, () => false);
    if (isThere) return;
    await new Promise((wait) => setTimeout(wait, 100));
  }
  await stop(child);
  throw new Error(`${child.spawnfile} does not answer`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

/** A free port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
