/** What is counted of each performance by the transactions that change its seats (`performance_sales`). */
import type { Tx } from '../platform/database.ts';
import type { LockedReservation } from './sale.ts';
import type { SeatChange } from './seat-board.ts';

/**
 * Counts these changes of seats, and with them what was sold: the reservations that were confirmed. Once in a transaction,
 * after all of its seats, since the rows of the performances are locked here, in the order of their ids. Waits for
 * nothing: it travels with the commit, and nothing stands if a performance is not there.
 */
export function countChanges(
  tx: Tx,
  concertId: string,
  changes: readonly Pick<SeatChange, 'performanceId'>[],
  confirmed: readonly Pick<LockedReservation, 'performanceId' | 'seatNumbers' | 'amount'>[] = [],
): void {
  if (changes.length === 0) return;
  const counted = [...Map.groupBy(changes, ({ performanceId }) => performanceId)];
  const ids = counted.map(([id]) => id);
  const sold = Map.groupBy(confirmed, ({ performanceId }) => performanceId);
  const seats = ids.map((id) => sum(sold.get(id), ({ seatNumbers }) => seatNumbers.length));
  const amounts = ids.map((id) => sum(sold.get(id), ({ amount }) => amount));
  void tx`
    with locked as materialized (
      select performance_id from performance_sales
      where concert_id = ${concertId} and performance_id = any(${ids}::text[])
      order by performance_id for no key update
    ), counted as (
      update performance_sales as sales set changes = sales.changes + change.changes,
        seats_reserved = sales.seats_reserved + change.seats, revenue = sales.revenue + change.amount
      from locked join unnest(${ids}::text[], ${counted.map(([, own]) => own.length)}::int[], ${seats}::int[],
        ${amounts}::bigint[]) as change (performance_id, changes, seats, amount) using (performance_id)
      where sales.concert_id = ${concertId} and sales.performance_id = locked.performance_id
      returning 1
    )
    select expect_rows(count(*), ${ids.length}) from counted`.execute();
}

function sum<T>(all: readonly T[] | undefined, of: (one: T) => number): number {
  return (all ?? []).reduce((total, one) => total + of(one), 0);
}
