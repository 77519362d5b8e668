// Better Auth on Node's HTTP server and better-sqlite3, one process per processor. Environment: PORT, DATABASE,
// COOKIE_CACHE (`on` or `off`). `node server.js migrate` creates the tables.
import { hash, verify } from '@node-rs/argon2';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import Database from 'better-sqlite3';
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';

// Argon2 with Hallpass's parameters, in Rust like there. The default of Better Auth is scrypt.
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const database = new Database(process.env.DATABASE);
// As durable as Hallpass is by default.
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');

const url = `http://127.0.0.1:${process.env.PORT}`;
const auth = betterAuth({
  baseURL: url,
  secret: 'of more than thirty-two characters, for this measurement',
  database,
  emailAndPassword: {
    enabled: true,
    password: { hash: (password) => hash(password, ARGON2), verify: ({ hash: stored, password }) => verify(stored, password) },
  },
  session: { cookieCache: { enabled: process.env.COOKIE_CACHE === 'on', maxAge: 3600 } },
  // Otherwise reading a session returns a JWT, which costs a signature.
  plugins: [jwt({ disableSettingJwtHeader: true })],
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: 'error' },
});

if (process.argv[2] === 'migrate') {
  await (await getMigrations(auth.options)).runMigrations();
} else if (cluster.isPrimary && availableParallelism() > 1) {
  for (let processor = 0; processor < availableParallelism(); processor += 1) cluster.fork();
} else {
  const answer = toNodeHandler(auth);
  createServer({ keepAlive: true }, (request, response) => {
    if (request.url === '/healthz') response.end('ok');
    else answer(request, response);
  }).listen(process.env.PORT, '127.0.0.1');
}
