/**
 * The door of the room that remembers what was answered under each Idempotency-Key, for whoever acts: holds, charges,
 * payments, operators. It stands left of them, since they use it; its rows are taken last all the same. Who has stored keys
 * waits for nobody but another who stores keys, and all store them in the order of user and key, so nobody waits in a
 * circle (docs/decisions/030-keys-are-a-room.md).
 */
import type { Database } from '../platform/database.ts';
import { createLane, type LaneMetrics } from '../platform/lane.ts';
import type { Duty } from '../platform/ticker.ts';
import type { Refusal } from '../refusals.ts';
import { recall, type KeyedRequest, type Remembered } from './keys.ts';

export { effectsOf, plainFirst, sortByKey } from './keyed-batch.ts';
export type { KeyedCommand, MaybeKeyed, Once } from './keyed-batch.ts';
export { keyed, keyParts, recall, remember } from './keys.ts';
export type { KeyedRequest, Remembered } from './keys.ts';
export { fingerprintOf, inOrder, once } from './once.ts';

export interface Keys {
  /**
   * What was answered to this request before, asked outside of any transaction; those who ask at the same time share a
   * statement. Refusal: IDEMPOTENCY_KEY_REUSED.
   */
  known(request: KeyedRequest): Promise<Exclude<Remembered, Refusal>>;
  readonly duties: readonly Duty[];
  /** Resolves when every question is answered. */
  drain(): Promise<void>;
}

const batch_max = 1_000;
const pending_max = 20_000;

export function createKeys({ database, metrics }: { database: Database; metrics?: LaneMetrics | undefined }): Keys {
  const questions = createLane<KeyedRequest, Exclude<Remembered, Refusal>>({
    name: 'idempotency.known',
    batchMax: batch_max,
    pendingMax: pending_max,
    metrics,
    run: (requests) => recall(database.sql, requests),
  });
  return { known: questions.submit, duties: [forgetKeys(database)], drain: questions.drain };
}

const kept_hours = 48;
const forget_rows_max = 5_000;
const forget_rounds_max = 200;

/** Forgets keys after twice the time that the contract promises, a bounded number of rows a statement. */
function forgetKeys({ sql }: Database): Duty {
  return {
    name: 'idempotency.forgetKeys',
    everyMs: 600_000,
    run: async () => {
      for (let round = 0; round < forget_rounds_max; round++) {
        const { count } = await sql`
          delete from idempotency_keys where (user_id, key) in (
            select user_id, key from idempotency_keys
            where at < now() - make_interval(hours => ${kept_hours}) limit ${forget_rows_max})`;
        if (count < forget_rows_max) return;
      }
    },
  };
}
