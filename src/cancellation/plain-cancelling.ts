/**
 * The plain case of cancelling: a fan's only cancellation of the batch, into a wallet that owes nothing, with a key that is
 * new. What comes back is decided from what was read before, and carried out in one flight, which stands only if all of it
 * is as it was read: each seat is sold to its reservation, which has not given it up, and its date was not changed. A decision
 * holds for a second; what is later, or not plain, is left to cancelling.ts. Two round trips, and three statements.
 */
import { keyParts } from '../idempotency/idempotency.ts';
import type { Database, Sql, Statement } from '../platform/database.ts';
import { inBraces } from '../platform/values.ts';
import { Refusal } from '../refusals.ts';
import { givingUp, readPaid, type SeatChange } from '../reservation/reservation.ts';
import { lockingWallets, refunding } from '../wallet/wallet.ts';
import { judge, type Batch, type CancelCommand, type Cancelled, type Grant } from './cancelling.ts';

export interface PlainlyCancelled {
  readonly done: ReadonlyMap<CancelCommand, Cancelled>;
  readonly changes: readonly SeatChange[];
}

/** So long a decision holds, whatever it had to wait for. */
const held_seconds = 1;

/** Carries out what is plain among commands with different keys; rejects with a conflict, so that nothing of it stands. */
export async function cancelPlainly(
  { sql, flight }: Pick<Database, 'sql' | 'flight'>,
  { concertId, performances, commands }: Batch,
): Promise<PlainlyCancelled> {
  const wanted = plainAmong(commands);
  const nothing = { done: new Map(), changes: [] };
  if (wanted.length === 0) return nothing;
  const rows = await readPaid(
    sql,
    concertId,
    wanted.map(({ reservationId }) => reservationId),
  );
  const paid = new Map(rows.map((row) => [row.id, row]));
  const grants = wanted.flatMap((command) => {
    const granted = judge(command, paid.get(command.reservationId), performances);
    return granted instanceof Refusal ? [] : [granted];
  });
  if (grants.length === 0) return nothing;
  const [, cancelled] = await flight([
    lockingWallets(
      sql,
      grants.map(({ command }) => command.fanId),
    ),
    cancelling(sql, concertId, grants),
  ]);
  const done = new Map<CancelCommand, Cancelled>();
  const changes: SeatChange[] = [];
  for (const { place, balance, performanceId, number, version } of cancelled) {
    const grant = place === null ? undefined : grants[place - 1];
    if (grant !== undefined) done.set(grant.command, cancelledBy(grant, balance));
    else changes.push({ performanceId, number, code: 0, version });
  }
  return { done, changes };
}

/** Of each fan the first, if it is into the wallet, in the order in which reservations are locked. */
function plainAmong(commands: readonly CancelCommand[]): CancelCommand[] {
  const firsts = new Map<string, CancelCommand>();
  for (const command of commands) if (!firsts.has(command.fanId)) firsts.set(command.fanId, command);
  return [...firsts.values()]
    .filter(({ operator, to }) => operator === undefined && to === 'wallet')
    .toSorted((one, other) => (one.reservationId < other.reservationId ? -1 : 1));
}

/** In the order in which it is remembered. */
function cancelledBy({ command, paid, refund: { seats, fee, refund } }: Grant, balance: number): Cancelled {
  const { id, reservationId } = command;
  return { id, reservationId, fee, refund, balance, seats, cancelledAt: paid.readAt.toISOString() };
}

/** A cancellation by its place, with the balance after it; or a seat that is free. */
interface CancelledRow {
  readonly place: number | null;
  readonly balance: number;
  readonly performanceId: string;
  readonly number: number;
  readonly version: number;
}

/** The wallets are locked by the statement before, so no other transaction moves these fans' money or cancels for them. */
function cancelling(sql: Sql, concertId: string, grants: readonly Grant[]): Statement<CancelledRow[]> {
  const { isNew, remembered } = keyParts(sql, 'cancelled');
  const answers = grants.map((grant) => JSON.stringify(cancelledBy(grant, 0)).split('"balance":0', 2));
  return sql<CancelledRow[]>`
    with asked as (
      select * from unnest(${grants.map(({ command }) => command.fanId)}::text[], ${grants.map(({ command }) => command.key)}::text[],
        ${grants.map(({ command }) => command.fingerprint)}::text[], ${grants.map(({ command }) => command.id)}::text[],
        ${grants.map(({ paid }) => paid.id)}::text[], ${grants.map(({ paid }) => paid.performanceId)}::text[],
        ${grants.map(({ refund }) => inBraces(refund.seats.map(({ number }) => number)))}::text[],
        ${grants.map(({ refund }) => inBraces(refund.seats.map(({ fee }) => fee)))}::text[],
        ${grants.map(({ refund }) => refund.fee)}::bigint[],
        ${grants.map(({ refund }) => refund.refund)}::bigint[], ${grants.map(({ refund }) => refund.rule)}::text[],
        ${grants.map(({ paid }) => paid.revision)}::int[], ${grants.map(({ paid }) => paid.readAt)}::timestamptz[], ${answers.map(([before = '']) => before)}::text[],
        ${answers.map(([, behind = '']) => behind)}::text[])
        with ordinality as asked (user_id, key, fingerprint, id, reservation_id, performance_id, seat_numbers, seat_fees,
          fee, refund, rule, revision, at, before, behind, place)
    ), cancelled as materialized (
      select asked.*, seat_numbers::int[] as numbers, fee + refund as price, wallet.balance + refund as balance,
        format('%s"balance":%s%s', before, wallet.balance + refund, behind) as answer
      from asked
      cross join lateral (
        select balance from wallets as own where own.user_id = asked.user_id and own.owed = 0 offset 0) as wallet
      where ${isNew} and at > clock_timestamp() - make_interval(secs => ${held_seconds})
    ), ${refunding(sql)}, recorded as (
      insert into cancellations (concert_id, id, reservation_id, performance_id, user_id, seat_numbers, seat_fees, price, fee,
        refund, rule, reason, at)
      select ${concertId}, id, reservation_id, performance_id, user_id, numbers, seat_fees::bigint[], price, fee, refund, rule, 'fan', at
      from cancelled
    ), ${givingUp(sql, concertId)}, ${remembered}, met as (
      select expect_rows(
        (select count(*) from credited) + (select count(*) from changed) + (select count(*) from freed)
          + (select count(*) from counted),
        (select 2 * count(*) + coalesce(sum(cardinality(numbers)), 0) from cancelled)::bigint 
          + (select count(distinct performance_id) from cancelled)
      )::text as all
    )
    -- Whatever else was not met: where anything is cancelled, it is asked.
    select place::int, balance, performance_id as "performanceId", null::int as number, null::int as version
    from cancelled cross join met where met.all is not null
    union all
    select null, null, performance_id, number, version from freed`;
}
