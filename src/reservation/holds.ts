/**
 * Holding seats. Of the holds of one concert that arrive together the plain ones take one flight (plain-holds.ts); the
 * others are decided by a transaction: it locks the fans' tokens, decides in order of arrival, and takes what was granted
 * as one set, on the condition that neither a seat nor its date has changed since it was looked at, in memory or in the
 * table. If one has, all is undone and decided again under lock, by the dates as they are.
 */
import type { Performance } from '../catalog/catalog.ts';
import { keyed, plainFirst, recall, remember, sortByKey, type Once } from '../idempotency/idempotency.ts';
import type { Database, Tx } from '../platform/database.ts';
import { timeOrderedId } from '../platform/ids.ts';
import { createLanes, type LaneMetrics } from '../platform/lane.ts';
import { inBraces } from '../platform/values.ts';
import type { Refusal } from '../refusals.ts';
import { extendSessions, hear, lockTokens, type SessionEnd, type TokenState } from '../waiting-room/gate.ts';
import type { Reservation } from './answer.ts';
import { countChanges } from './counting.ts';
import { readFacts, type HoldBatch } from './hold-facts.ts';
import { bySeatKey, dateOf, decide, type Grant, type Hold, type HoldCommand } from './holding.ts';
import type { LostAttempts } from './lost-attempts.ts';
import { holdPlainly } from './plain-holds.ts';
import { fingerprintOf, heldAs, rememberedAs } from './remembered-holds.ts';
import type { SeatChange } from './seat-board.ts';
import type { SeatBoards } from './seat-boards.ts';

export interface HoldsOptions {
  readonly database: Database;
  readonly boards: SeatBoards;
  /** Told after the commit which sessions now end later. */
  readonly extended: (concertId: string, sessions: readonly SessionEnd[]) => void;
  readonly onHolds: (count: number) => void;
  /** Told after the commit what was answered to whom; must neither wait nor throw. */
  readonly onAnswers: LostAttempts['note'];
  readonly metrics: LaneMetrics;
  readonly batchMax: number;
  /** Whether to count how many holds a fan makes. */
  readonly rateLimit: boolean;
}

const pending_max = 20_000;
const lanes_max = 10_000;

export interface Holds {
  /** See `Reservations.hold` and `Reservations.holdOnce`. */
  hold(command: HoldCommand, key?: string): Promise<Once<Reservation>>;
  drain(): Promise<void>;
}

export function createHolds(options: HoldsOptions): Holds {
  const { database, boards, extended, onHolds, onAnswers, metrics, batchMax, rateLimit } = options;
  const show = (concertId: string, { changes, sessions, granted }: Shown): void => {
    boards.committed(changes);
    if (sessions.length > 0) extended(concertId, sessions);
    if (granted > 0) onHolds(granted);
  };
  const lanes = createLanes<Hold, Once<Reservation>>({
    name: 'hold',
    batchMax,
    pendingMax: pending_max,
    lanesMax: lanes_max,
    metrics,
    run: async (concertId, holds, attempt) => {
      // Not waited for: until the boards are there, the table is looked at.
      for (const performance of new Set(holds.map((hold) => hold.performance)))
        if (boards.known(performance.id) === undefined) void warm(boards, performance);
      // Of what was tried before, also in a batch that was split since, it is not known whether it stands.
      const retried = new Set(holds.filter((hold) => hold.tried));
      for (const hold of holds) hold.tried = true;
      const answers = await plainFirst<Hold, Reservation>(holds, {
        plain: async (firsts) => {
          const fresh = firsts.filter((hold) => !retried.has(hold));
          const plain = await keyed(() => holdPlainly(options, concertId, fresh));
          if (plain !== undefined) show(concertId, plain);
          return plain?.held ?? none;
        },
        general: async (rest) => {
          const batch = { holds: rest, isLocking: attempt > 0, rateLimit, retried: [...retried].map(({ id }) => id) };
          const outcome = await keyed(() => database.transaction((tx) => runBatch(tx, boards, concertId, batch)));
          show(concertId, outcome);
          return outcome.answers;
        },
      });
      onAnswers(concertId, holds, answers);
      return answers;
    },
  });
  return {
    hold: (command, key) => {
      const { concertId, userId } = command.pass;
      const id = `${concertId}-${timeOrderedId()}`;
      const fingerprint = key === undefined ? '' : fingerprintOf(command.performance.id, command.numbers);
      return lanes.submit(concertId, { ...command, id, userId, key, fingerprint, tried: false });
    },
    drain: () => lanes.drain(),
  };
}

const none: ReadonlyMap<Hold, Reservation> = new Map();
const nothing = (): void => undefined;
const warm = (boards: SeatBoards, performance: Performance) => boards.of(performance).then(nothing, nothing);

/** What is shown after the commit. */
interface Shown {
  readonly changes: readonly SeatChange[];
  readonly sessions: readonly SessionEnd[];
  readonly granted: number;
}

interface Outcome extends Shown {
  readonly answers: readonly (Once<Reservation> | Refusal)[];
}

/**
 * Two round trips: all that is to be known, locked on the way in the order tokens, seats; then all that changes and the
 * commit. What was answered under a key before is answered again, whatever became of the fan's turn.
 */
async function runBatch(tx: Tx, boards: SeatBoards, concertId: string, batch: HoldBatch): Promise<Outcome> {
  const { holds } = batch;
  const locking = lockTokens(tx, concertId, [...new Set(holds.map((hold) => hold.pass.entry))]);
  // Behind the locks of the places, so that what another server committed for these fans here is seen.
  const recalling = recall(tx, holds);
  const [tokens, remembered, facts] = await Promise.all([locking, recalling, readFacts(tx, boards, concertId, batch)]);
  const sorted = sortByKey<Hold, Reservation>(holds, remembered, heldAs);
  const { outcomes, grants } = decide(sorted.fresh, { ...facts, tokens });
  const answers = sorted.answersOf(outcomes);
  if (grants.length === 0) return { answers, changes: [], sessions: [], granted: 0 };
  const changes = grants.flatMap((grant) => grant.changes);
  const entries = [...new Set(grants.map(({ hold }) => hold.pass.entry))];
  const sessions = outlasted(grants, tokens);
  extendSessions(tx, concertId, sessions);
  // A slot is not taken back from somebody who holds a seat, whatever became of the signs before.
  hear(
    tx,
    concertId,
    entries.filter((entry) => tokens.get(entry)?.unheard),
  );
  write(tx, concertId, grants);
  const wentBy = grants.map(({ hold }) => {
    return { performanceId: hold.performance.id, seats: 0, amount: 0, wentBy: dateOf(hold, facts).revision };
  });
  countChanges(tx, concertId, changes, wentBy);
  remember(tx, grants.flatMap(effectOf));
  return { answers, changes, sessions, granted: grants.length };
}

function effectOf({ hold: { userId, key, fingerprint }, reservation }: Grant) {
  return key === undefined ? [] : [{ userId, key, fingerprint, answer: rememberedAs(reservation) }];
}

/** The sessions that these holds outlast, each with the end of the longest of them. */
function outlasted(grants: readonly Grant[], tokens: ReadonlyMap<number, TokenState>): SessionEnd[] {
  const ends = new Map<number, Date>();
  for (const { heldUntil, hold } of grants) {
    const { entry } = hold.pass;
    const end = ends.get(entry) ?? tokens.get(entry)?.expiresAt;
    if (end !== undefined && end !== null && heldUntil > end) ends.set(entry, heldUntil);
  }
  return Array.from(ends, ([entry, expiresAt]) => ({ entry, expiresAt }));
}

/**
 * Sends what travels with the commit. The update repeats the rule that the decision was made by, and must meet every
 * seat as it was looked at: else nothing stands. Seats are given in the order of their key, as every statement takes them.
 */
function write(tx: Tx, concertId: string, grants: readonly Grant[]): void {
  const rows = grants.map(({ hold, reservation }) => ({ ...reservation, userId: hold.pass.userId, hold }));
  const seats = grants
    .flatMap(({ changes, hold: { id }, reservation: { heldUntil } }) =>
      changes.map((change) => ({ ...change, id, heldUntil })),
    )
    .toSorted(bySeatKey);
  void tx`
    insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, held_until)
    select ${concertId}, id, performance_id, user_id, seat_numbers::int[], amount, held_until::timestamptz
    from unnest(${rows.map((row) => row.id)}::text[], ${rows.map((row) => row.performanceId)}::text[],
      ${rows.map((row) => row.userId)}::text[], ${rows.map((row) => inBraces(row.hold.numbers))}::text[],
      ${rows.map((row) => row.amount)}::bigint[], ${rows.map((row) => row.heldUntil)}::text[])
      as granted (id, performance_id, user_id, seat_numbers, amount, held_until)`.execute();
  void tx`
    with taken as (
      update seats as seat
      set reservation_id = granted.id, held_until = granted.held_until::timestamptz, version = seat.version + 1
      from unnest(${seats.map((seat) => seat.performanceId)}::text[], ${seats.map((seat) => seat.number)}::int[],
        ${seats.map((seat) => seat.id)}::text[], ${seats.map((seat) => seat.version)}::int[],
        ${seats.map((seat) => seat.heldUntil)}::text[]) as granted (performance_id, number, id, version, held_until)
      where seat.concert_id = ${concertId} and seat.performance_id = granted.performance_id
        and seat.number = granted.number and seat.version = granted.version - 1
        and not seat.sold and (seat.held_until is null or seat.held_until <= now())
      returning 1
    )
    select expect_rows(count(*), ${seats.length}) from taken`.execute();
}
