// The servers of the tests.
import { resolve } from 'node:path';

/** The binary that serves and creates superusers. */
export const BINARY = resolve(process.env.E2E_BINARY ?? '../target/release/hallpass');

export interface Server {
  name: string;
  url: string;
  settings: Record<string, string>;
}

/** The first port. Lets two runs on one machine use different ports. */
export const FIRST_PORT = Number(process.env.E2E_FIRST_PORT ?? 3100);

const address = (place: number): string => `http://127.0.0.1:${FIRST_PORT + place}`;

export const SERVERS = {
  /** The default configuration. */
  usual: { name: 'usual', url: address(0), settings: {} },
  /**
   * Access tokens live two seconds, with a leeway of one minute, and the grace for spent refresh tokens is five
   * minutes, so that a slow machine neither ends a session nor looks like a thief.
   */
  brief: {
    name: 'brief',
    url: address(1),
    settings: { HALLPASS_ACCESS_TOKEN_LIFETIME: '2s', HALLPASS_LEEWAY: '60s', HALLPASS_REFRESH_REUSE_GRACE: '5m' },
  },
  /** The grace for spent refresh tokens is one second. */
  strict: { name: 'strict', url: address(2), settings: { HALLPASS_REFRESH_REUSE_GRACE: '1s' } },
  /** There is no grace for spent refresh tokens. */
  exact: { name: 'exact', url: address(4), settings: { HALLPASS_REFRESH_REUSE_GRACE: '0' } },
  /** Registration is closed. */
  closed: { name: 'closed', url: address(3), settings: { HALLPASS_REGISTRATION: 'closed' } },
} satisfies Record<string, Server>;
