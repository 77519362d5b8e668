// The servers that stories run against.
import { resolve } from 'node:path';

/** What is served, and makes superusers. */
export const BINARY = resolve(process.env.E2E_BINARY ?? '../target/release/hallpass');

export interface Server {
  name: string;
  url: string;
  settings: Record<string, string>;
}

/** The first of their ports, so that two runs on one machine keep out of each other's way. */
const FIRST_PORT = Number(process.env.E2E_FIRST_PORT ?? 3100);

const address = (place: number): string => `http://127.0.0.1:${FIRST_PORT + place}`;

export const SERVERS = {
  /** As it comes. */
  usual: { name: 'usual', url: address(0), settings: {} },
  /**
   * Access tokens live two seconds. They are accepted for a minute more, and a spent refresh token for five, so that a
   * machine that stalls looks neither like a dead session nor like a thief.
   */
  brief: {
    name: 'brief',
    url: address(1),
    settings: { HALLPASS_ACCESS_TOKEN_LIFETIME: '2s', HALLPASS_LEEWAY: '60s', HALLPASS_REFRESH_REUSE_GRACE: '5m' },
  },
  /** A spent refresh token is accepted for one second more. */
  strict: { name: 'strict', url: address(2), settings: { HALLPASS_REFRESH_REUSE_GRACE: '1s' } },
  /** A spent refresh token is never accepted. */
  exact: { name: 'exact', url: address(4), settings: { HALLPASS_REFRESH_REUSE_GRACE: '0' } },
  /** Strangers make themselves no account. */
  closed: { name: 'closed', url: address(3), settings: { HALLPASS_REGISTRATION: 'closed' } },
} satisfies Record<string, Server>;
