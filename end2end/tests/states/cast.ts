// The users in states: new ones, and a crew for the administration's lists, which is found by a word in their e-mail
// addresses.
import { expect, devices, type APIRequestContext } from '@playwright/test';
import { PASSWORD, makeSuperuser } from '../story';

export interface Cast {
  /** The name of a new user. */
  person(): string;
  /** A superuser. */
  boss: string;
  /** The crew's names, and the word in their e-mail addresses and no others. */
  crew: readonly string[];
  word: string;
}

export interface Crew {
  id: string;
  username: string;
}

interface Pair {
  access: string;
  refresh: string;
}

let numbers = 0;

/** A name that is unique in this run and not a word of any language. */
export function number(): string {
  numbers += 1;
  return `${process.pid}-${numbers}-${Math.random().toString().slice(2, 8)}`;
}

/** The users of this worker's tests: no state changes the superuser or the crew. */
export const STRANGERS: Cast = { person: number, boss: number(), crew: [1, 2, 3, 4].map(number), word: `${number()}.example` };

/** Signs in from a device that Playwright knows. */
export async function signInOn(request: APIRequestContext, username: string, device: string, password = PASSWORD): Promise<Pair> {
  const headers = { 'user-agent': devices[device]!.userAgent };
  return (await request.post('/api/token/', { data: { username, password }, headers })).json() as Promise<Pair>;
}

const engaged = new Map<string, Promise<Crew[]>>();

/** The crew, with some history, and a superuser who sees it. Created on first use. */
export function engage(request: APIRequestContext, cast: Cast): Promise<Crew[]> {
  const crew = engaged.get(cast.boss) ?? assemble(request, cast);
  engaged.set(cast.boss, crew);
  return crew;
}

async function assemble(request: APIRequestContext, { boss, crew, word }: Cast): Promise<Crew[]> {
  makeSuperuser(boss);
  const { access } = await signInOn(request, boss, 'Desktop Chrome');
  const headers = { authorization: `Bearer ${access}` };
  for (const [place, username] of crew.entries()) {
    const data = { username, email: `${place + 1}@${word}`, password: PASSWORD, is_staff: place === 0, is_active: place !== 2 };
    const made = await request.post('/api/admin/users/', { data, headers });
    // Screenshots share one crew, which another worker may have created.
    if (made.status() === 201 && place < 2) await leaveTraces(request, username);
  }
  const listed = await request.get('/api/admin/users/', { params: { search: word, ordering: 'id' }, headers });
  const { results } = (await listed.json()) as { results: Crew[] };
  expect(results).toHaveLength(crew.length);
  await request.patch(`/api/admin/users/${results[1]!.id}/`, { data: { email: `two@${word}` }, headers });
  return results;
}

/** On three devices: one renews its pair, another signs out. */
async function leaveTraces(request: APIRequestContext, username: string): Promise<void> {
  const { refresh } = await signInOn(request, username, 'Desktop Firefox');
  await request.post('/api/token/refresh/', { data: { refresh } });
  await signInOn(request, username, 'Galaxy Tab S4');
  const telephone = await signInOn(request, username, 'iPhone 14');
  await request.post('/api/token/blacklist/', { data: { refresh: telephone.refresh } });
}
