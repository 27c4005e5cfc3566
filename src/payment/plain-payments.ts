/**
 * The plain case of paying, in one flight: a fan's only payment of the batch, for the only thing that they hold, with a key
 * that is new and money that is there. The statement carries out what the rule of paying.ts would decide and leaves the
 * others alone; it stands only if every row that it relies upon is met. The rooms hand over the parts of it that write their
 * tables; all of them speak of `paid`, the payments that are carried out.
 *
 * Wallets are locked before holds and seats, against the order of the rooms: a balance has to stand still before the statement
 * reads it. Whoever gives paid seats back locks them in this order too; nobody else has both.
 */
import { keyParts } from '../idempotency/idempotency.ts';
import type { Sql, Statement } from '../platform/database.ts';
import { confirming, type SeatChange } from '../reservation/reservation.ts';
import {
  admitted,
  endingPaid,
  lockingPlaces,
  lockingRoom,
  tokenParts,
  type Change,
  type News,
} from '../waiting-room/gate.ts';
import { debiting, lockingWallets } from '../wallet/wallet.ts';
import type { PayCommand, StoredPayment } from './paying.ts';
import type { PaymentsOptions } from './payment.ts';

export interface PlainlyPaid {
  readonly done: ReadonlyMap<PayCommand, StoredPayment>;
  readonly changes: readonly SeatChange[];
  /** In the order of versions. */
  readonly news: readonly News[];
  /** Slots are free that were not all given away. */
  readonly isDue: boolean;
}

/** Pays for what is plain among commands with different keys; rejects with a conflict, so that nothing of it stands. */
export async function payPlainly(
  { database, waitingRoom }: Pick<PaymentsOptions, 'database' | 'waitingRoom'>,
  concertId: string,
  commands: readonly PayCommand[],
): Promise<PlainlyPaid> {
  const users = new Map<string, PayCommand>();
  for (const command of commands) if (!users.has(command.userId)) users.set(command.userId, command);
  // Whoever else locks several reservations does so in this order.
  const asked = [...users.values()].toSorted((one, other) => (one.reservationId < other.reservationId ? -1 : 1));
  const userIds = asked.map(({ userId }) => userId);
  const entries = asked.map(({ pass }) => pass.entry);
  const { sql } = database;
  const [, , , rows, called] = await database.flight([
    lockingRoom(sql, concertId),
    lockingPlaces(sql, concertId, entries),
    lockingWallets(sql, userIds),
    paying(sql, concertId, asked),
    waitingRoom.admitting(concertId),
  ]);
  const done = new Map<PayCommand, StoredPayment>();
  const changes: SeatChange[] = [];
  const news: News[] = [];
  const ended: Change[] = [];
  for (const row of rows) {
    const { place, performanceId, number, version } = row;
    if (place === null) {
      changes.push({ performanceId, number, code: 2, version });
      continue;
    }
    const command = asked[place - 1];
    if (command === undefined) continue;
    const { amount, balance, seatNumbers, paidAt, head, front, lastNumber } = row;
    const { id, reservationId, pass } = command;
    done.set(command, { id, reservationId, amount, balance, performanceId, seatNumbers, paidAt });
    ended.push(['ended', pass.entry, number, 'PAID']);
    news[0] ??= { concertId, version, head, front, lastNumber, changes: ended };
  }
  const letIn = admitted(concertId, called);
  if (letIn.news !== undefined) news.push(letIn.news);
  return { done, changes, news, isDue: letIn.isDue };
}

/** A payment by its place, the place in line that it ended, and the room after that; or a seat that was sold. */
type PaidRow =
  | {
      readonly place: number;
      readonly performanceId: string;
      /** Of the place in line. */
      readonly number: number;
      /** Of the room. */
      readonly version: number;
      readonly head: number;
      readonly front: number;
      readonly lastNumber: number;
      readonly amount: number;
      readonly balance: number;
      readonly seatNumbers: readonly number[];
      readonly paidAt: string;
    }
  | { readonly place: null; readonly performanceId: string; readonly number: number; readonly version: number };

/**
 * The room, the places and the wallets are locked by the statements before, so no other transaction ends these sessions,
 * holds for these fans or moves their money. That a hold is still HELD, and its seats its own, is asserted by what is written.
 * For `status || ''` see `lockForPayment`.
 */
function paying(sql: Sql, concertId: string, commands: readonly PayCommand[]): Statement<PaidRow[]> {
  const { isNew, remembered } = keyParts(sql, 'paid');
  return sql<PaidRow[]>`
    with asked as (
      select * from unnest(${commands.map(({ pass }) => pass.entry)}::bigint[], ${commands.map(({ userId }) => userId)}::text[],
        ${commands.map(({ pass }) => pass.generation)}::int[], ${commands.map(({ reservationId }) => reservationId)}::text[],
        ${commands.map(({ key }) => key)}::text[], ${commands.map(({ fingerprint }) => fingerprint)}::text[],
        ${commands.map(({ id }) => id)}::text[])
        with ordinality as asked (entry, user_id, generation, reservation_id, key, fingerprint, id, place)
    ), fit as (
      select asked.*, token.number, hold.performance_id, hold.seat_numbers, hold.amount, wallet.balance - hold.amount as balance,
        to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as paid_at
      from asked
      cross join lateral (
        select number from queue_tokens as token
        where token.concert_id = ${concertId} and token.entry = asked.entry and ${tokenParts(sql).isInside} offset 0) as token
      cross join lateral (
        select performance_id, seat_numbers, amount from reservations as own
        where own.id = asked.reservation_id and own.concert_id = ${concertId} and own.user_id = asked.user_id
          and own.status || '' = 'HELD' and own.held_until > clock_timestamp() and own.amount > 0 offset 0) as hold
      cross join lateral (
        select balance from wallets as own where own.user_id = asked.user_id and own.balance >= hold.amount offset 0) as wallet
      where ${isNew} and (
        select count(*) from reservations as other
        where other.user_id = asked.user_id and other.concert_id = ${concertId} and other.status || '' = 'HELD') = 1
    ), paid as materialized (
      select *, format('{"id":"%s","reservationId":"%s","amount":%s,"balance":%s,"performanceId":"%s","seatNumbers":[%s],"paidAt":"%s"}',
        id, reservation_id, amount, balance, performance_id, array_to_string(seat_numbers, ','), paid_at) as answer
      from fit
    ), ${debiting(sql)}, ${confirming(sql, concertId)}, ${endingPaid(sql, concertId)}, ${remembered}, met as (
      select expect_rows(
        (select count(*) from debited) + (select count(*) from confirmed) + (select count(*) from ended) + (select count(*) from sold)
          + (select count(*) from counted),
        (select 3 * count(*) + coalesce(sum(cardinality(seat_numbers)), 0) from paid)::bigint + (select count(*) from change))::text as all
    )
    select place::int, performance_id as "performanceId", number, freed.version, freed.head, freed.front,
      freed.last_number as "lastNumber", amount, balance, seat_numbers as "seatNumbers", paid_at as "paidAt"
    -- Whatever else was not met: where anything is paid, it is asked.
    from paid cross join met left join freed on true where met.all is not null
    union all
    select null, performance_id, number, version, null, null, null, null, null, null, null from sold`;
}
