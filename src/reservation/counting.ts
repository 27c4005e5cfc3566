/** What is counted of each performance by the transactions that change its seats (`performance_sales`). */
import type { Sql, Statement, Tx } from '../platform/database.ts';
import type { SeatChange } from './seat-board.ts';

/**
 * Parts of a statement in which `change` has a row a performance: how many of its seats were changed, how many of them sold,
 * for what, and the `revision` of the date that whoever holds or gives up seats went by, else null. `counted` meets each of them, but no
 * date that is another by now, nor one that was called off where something is held or sold: whoever uses them has it found
 * out by `expect_rows` whether all were met, and decides again. So nothing that was decided by an older date stands after
 * that of its change. The rows are locked in the order of their ids and as late as can be: those who change seats of one
 * date wait for each other from here on.
 */
export function counting(sql: Sql | Tx, concertId: string): Statement<readonly unknown[]> {
  return sql`
    locked as materialized (
      select performance_id from performance_sales
      where concert_id = ${concertId} and performance_id in (select performance_id from change)
      order by performance_id for no key update
    ), counted as (
      update performance_sales as sales set changes = sales.changes + change.changes,
        seats_reserved = sales.seats_reserved + change.seats, revenue = sales.revenue + change.amount
      from locked join change using (performance_id)
      where sales.concert_id = ${concertId} and sales.performance_id = locked.performance_id
        and (change.revision is null or change.revision = sales.revision)
        and not (sales.called_off and (change.revision is not null or change.seats > 0))
      returning 1
    )`;
}

/**
 * Seats of a date that were sold, and for what; or, both below zero, that were given up, and what was given back for them; or
 * none, where seats are held.
 */
export interface Sales {
  readonly performanceId: string;
  readonly seats: number;
  /** Whole units. What is counted is money kept: of a seat given up for a fee, the fee stays. */
  readonly amount: number;
  /** Of holds, and of cancellations that were decided by the date, its revision that they went by. */
  readonly wentBy?: number;
}

/**
 * Counts these changes of seats, and with them what was sold or given up. Once in a transaction, after all of its seats, since
 * the rows of the performances are locked here, in the order of their ids. Waits for nothing: it travels with the commit, and
 * nothing stands if a performance is not there, or not the one any more that holds went by.
 */
export function countChanges(
  tx: Tx,
  concertId: string,
  changes: readonly Pick<SeatChange, 'performanceId'>[],
  sales: readonly Sales[] = [],
): void {
  if (changes.length === 0) return;
  const counted = [...Map.groupBy(changes, ({ performanceId }) => performanceId)];
  const ids = counted.map(([id]) => id);
  const sold = Map.groupBy(sales, ({ performanceId }) => performanceId);
  const seats = ids.map((id) => sum(sold.get(id), (one) => one.seats));
  const revisions = ids.map((id) => sold.get(id)?.find(({ wentBy }) => wentBy !== undefined)?.wentBy ?? null);
  const amounts = ids.map((id) => sum(sold.get(id), ({ amount }) => amount));
  void tx`
    with change as (
      select * from unnest(${ids}::text[], ${counted.map(([, own]) => own.length)}::int[], ${seats}::int[], ${amounts}::bigint[],
        ${revisions}::int[]) as change (performance_id, changes, seats, amount, revision)
    ), ${counting(tx, concertId)}
    select expect_rows(count(*), ${ids.length}) from counted`.execute();
}

function sum<T>(all: readonly T[] | undefined, of: (one: T) => number): number {
  return (all ?? []).reduce((total, one) => total + of(one), 0);
}
