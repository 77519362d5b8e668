// The servers that stories run against.
export interface Server {
  name: string;
  url: string;
  settings: Record<string, string>;
}

export const SERVERS = {
  /** As it comes. */
  usual: { name: 'usual', url: 'http://127.0.0.1:3100', settings: {} },
  /** Access tokens live two seconds, so that a story sees many of them. */
  brief: { name: 'brief', url: 'http://127.0.0.1:3101', settings: { HALLPASS_ACCESS_TOKEN_LIFETIME: '2s' } },
  /** As brief, and a spent token is forgiven for one second only. */
  strict: {
    name: 'strict',
    url: 'http://127.0.0.1:3102',
    settings: { HALLPASS_ACCESS_TOKEN_LIFETIME: '2s', HALLPASS_REFRESH_REUSE_GRACE: '1s' },
  },
} satisfies Record<string, Server>;
