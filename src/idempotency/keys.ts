/**
 * The statements of keys. A key is stored by the same transaction as its effect, so it is there exactly if the effect is.
 * Refusals are not remembered: nothing happened, and the next try may succeed.
 */
import { brokenConstraint, conflict, type Sql, type Statement, type Tx } from '../platform/database.ts';
import { refuse, type Refusal } from '../refusals.ts';

export interface KeyedRequest {
  readonly userId: string;
  /** 1 to 255 visible ASCII characters, scoped to the user. */
  readonly key: string;
  /** The operation and its parameters: a repeat must be the same request. */
  readonly fingerprint: string;
}

/** Undefined: not seen before. The answer is the JSON text of the first 201. */
export type Remembered = { readonly answer: string } | Refusal | undefined;

/** A request that may do without a key; then nothing was answered to it before. */
export interface MaybeKeyedRequest extends Omit<KeyedRequest, 'key'> {
  readonly key: string | undefined;
}

/** What was answered to each request before, in their order. Refusal: IDEMPOTENCY_KEY_REUSED, as a value. */
export async function recall(sql: Sql, requests: readonly MaybeKeyedRequest[]): Promise<Remembered[]> {
  if (requests.every(({ key }) => key === undefined)) return [];
  const rows = await sql<{ place: number; fingerprint: string; answer: string }[]>`
    select asked.place::integer, known.fingerprint, known.answer
    from unnest(${requests.map(({ userId }) => userId)}::text[], ${requests.map(({ key }) => key ?? null)}::text[])
      with ordinality as asked (user_id, key, place)
    join idempotency_keys known on known.user_id = asked.user_id and known.key = asked.key`;
  const remembered: Remembered[] = Array.from({ length: requests.length });
  for (const { place, fingerprint, answer } of rows) {
    const same = requests[place - 1]?.fingerprint === fingerprint;
    remembered[place - 1] = same ? { answer } : refuse('IDEMPOTENCY_KEY_REUSED');
  }
  return remembered;
}

/**
 * Stores answers with the effects they speak of. Let it be the last of the transaction, travelling with the commit:
 * when another server was faster with one of the keys, `keyed` says so.
 */
export function remember(tx: Tx, rows: readonly (KeyedRequest & { readonly answer: string })[]): void {
  if (rows.length === 0) return;
  void tx`
    insert into idempotency_keys (user_id, key, fingerprint, answer)
    select user_id, key, fingerprint, answer from unnest(
      ${rows.map(({ userId }) => userId)}::text[], ${rows.map(({ key }) => key)}::text[],
      ${rows.map(({ fingerprint }) => fingerprint)}::text[], ${rows.map(({ answer }) => answer)}::text[])
      as effect (user_id, key, fingerprint, answer)
    order by user_id collate "C", key collate "C"`.execute();
}

/**
 * Parts of a statement with a row a request: `isNew` says whether nothing was answered to the request of `asked` before, and
 * `remembered` stores the answers of `effects`, a part that has the requests which are carried out. A null for a key is a
 * request without one. PostgreSQL carries out the parts of a statement that nobody reads from the last to the first: so what
 * is yet to take locks, `counted`, is read here, that keys are stored behind it.
 */
export const keyParts = (sql: Sql, effects: 'paid' | 'charged' | 'granted' | 'cancelled') => ({
  isNew:
    sql`(select true from idempotency_keys as known where known.user_id = asked.user_id and known.key = asked.key) is null` as Part,
  remembered: sql`
    remembered as (
      insert into idempotency_keys (user_id, key, fingerprint, answer)
      select user_id, key, fingerprint, answer from ${sql(effects)}
      where key is not null${effects === 'charged' ? sql`` : sql` and (select count(*) from counted) >= 0`}
      order by user_id collate "C", key collate "C"
    )` as Part,
});

type Part = Statement<readonly unknown[]>;

/**
 * For what remembers keys. If another server was faster with one of them it rejects with an error that lanes take for
 * transient, and on the next try `recall` finds the answer.
 */
export async function keyed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw brokenConstraint(error) === keys_constraint
      ? conflict('another server was faster with an Idempotency-Key', error)
      : error;
  }
}

const keys_constraint = 'idempotency_keys_pkey';
