// Every page in every state. A new state is an entry of one of the three tables.
import { ACCOUNT_STATES } from './account';
import { ADMINISTRATION } from './administration';
import { SIGNED_OUT } from './signed-out';
import type { State } from './state';

export const STATES: State[] = [...SIGNED_OUT, ...ACCOUNT_STATES, ...ADMINISTRATION];
