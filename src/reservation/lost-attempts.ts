/**
 * Who wanted a seat that somebody else had. The hold hands its refusals over in memory after its own commit and
 * waits for nothing; a duty writes them down in batches. Best effort and bounded everywhere: what does not fit is
 * counted and dropped, and what a killed server had not yet written is lost. Only the operator's desk reads it.
 */
import type { Database, Tx } from '../platform/database.ts';
import { createBell, rest, type Duty } from '../platform/ticker.ts';
import { Refusal } from '../refusals.ts';
import type { HoldCommand } from './holding.ts';

export interface LostAttempts {
  /** Takes note of the refused among these answers. Never waits, never throws. */
  note(concertId: string, holds: readonly HoldCommand[], answers: readonly unknown[]): void;
  readonly duty: Duty;
  /** Writes down what is left, if that can be done at once. */
  drain(): Promise<void>;
}

interface Attempt {
  readonly concertId: string;
  readonly performanceId: string;
  readonly number: number;
  readonly userId: string;
  readonly status: string;
  /** When, by this server's steady clock; the database is told how long ago that was. */
  readonly notedAt: number;
}

const flush_ms = 500;
/** About 2 MB: some seconds of a herd that all wants the front row. */
const pending_max = 10_000;
const batch_max = 2_000;
/** The newest so many of a seat are kept. */
const kept_per_seat_max = 20;
/** Past so many of one concert (about 30 MB) attempts are only counted. */
const kept_per_concert_max = 200_000;

export function createLostAttempts(database: Database, onDropped: (count: number) => void): LostAttempts {
  let pending: Attempt[] = [];
  const bell = createBell();

  const flush = async (): Promise<void> => {
    while (pending.length > 0) {
      const batch = pending.slice(0, batch_max);
      // Taken out first: a batch that fails is dropped, not tried for ever while others wait behind it.
      pending = pending.slice(batch.length);
      try {
        for (const [concertId, attempts] of Map.groupBy(batch, (attempt) => attempt.concertId)) {
          await database.transaction((tx) => write(tx, concertId, attempts));
        }
      } catch (error) {
        onDropped(batch.length);
        throw error;
      }
    }
  };

  return {
    note: (concertId, holds, answers) => {
      const notedAt = performance.now();
      let dropped = 0;
      for (const [place, answer] of answers.entries()) {
        const hold = holds[place];
        if (hold === undefined || !(answer instanceof Refusal) || answer.code !== 'SEAT_UNAVAILABLE') continue;
        for (const { number, status } of seatsIn(answer)) {
          if (status === 'UNKNOWN') continue;
          const { performance: date, pass } = hold;
          if (pending.length >= pending_max) dropped += 1;
          else pending.push({ concertId, performanceId: date.id, number, userId: pass.userId, status, notedAt });
        }
      }
      if (pending.length > 0) bell.ring();
      if (dropped > 0) onDropped(dropped);
    },
    duty: {
      name: 'holds.lostAttempts',
      everyMs: flush_ms,
      bell,
      run: async () => {
        await flush();
        return rest();
      },
    },
    drain: () => flush().catch(() => undefined),
  };
}

function seatsIn({ fields }: Refusal): readonly { number: number; status: string }[] {
  return (fields['seats'] ?? []) as readonly { number: number; status: string }[];
}

/** The concert's row first, then its seats in key order, as every other writer of these tables does. */
async function write(tx: Tx, concertId: string, attempts: readonly Attempt[]): Promise<void> {
  const seats = [...Map.groupBy(attempts, ({ performanceId, number }) => `${performanceId}/${number}`).values()];
  const firsts = seats.flatMap(([first]) => (first === undefined ? [] : [first]));
  const locked = tx<{ kept: number }[]>`
    insert into seat_refusal_totals (concert_id) values (${concertId})
    on conflict (concert_id) do update set kept = seat_refusal_totals.kept returning kept`.execute();
  const counted = tx<{ performanceId: string; number: number; refused: number }[]>`
    insert into seat_refusal_counts as counts (concert_id, performance_id, number, refused)
    select ${concertId}, performance_id, number, refused
    from unnest(${firsts.map((seat) => seat.performanceId)}::text[], ${firsts.map((seat) => seat.number)}::int[],
      ${seats.map((own) => own.length)}::bigint[]) as lost (performance_id, number, refused)
    order by performance_id, number
    on conflict (concert_id, performance_id, number) do update set refused = counts.refused + excluded.refused
    returning performance_id as "performanceId", number, refused`.execute();
  const [[total], counts] = await Promise.all([locked, counted]);
  const refused = new Map(counts.map((row) => [`${row.performanceId}/${row.number}`, row.refused]));
  const room = Math.max(0, kept_per_concert_max - (total?.kept ?? 0));
  const rows = seats.flatMap((own) => inSlots(own, refused)).slice(0, room);
  if (rows.length > 0) await keep(tx, concertId, rows);
}

type Slotted = Attempt & { readonly slot: number };

/** The n-th attempt at a seat goes into slot n modulo the slots there are; of too many, the newest. */
function inSlots(own: readonly Attempt[], refused: ReadonlyMap<string, number>): Slotted[] {
  const [first] = own;
  const before = (refused.get(`${first?.performanceId}/${first?.number}`) ?? own.length) - own.length;
  const slotted = own.map((attempt, index) => Object.assign({ slot: (before + index) % kept_per_seat_max }, attempt));
  return slotted.slice(-kept_per_seat_max);
}

/** By the clock of this moment: by the transaction's beginning an attempt could come before the hold that it lost to. */
async function keep(tx: Tx, concertId: string, rows: readonly Slotted[]): Promise<void> {
  const now = performance.now();
  await tx`
    with written as (
      insert into seat_refusals (concert_id, performance_id, number, slot, user_id, status, at)
      select ${concertId}, performance_id, number, slot, user_id, status, clock_timestamp() - make_interval(secs => seconds_ago)
      from unnest(${rows.map((row) => row.performanceId)}::text[], ${rows.map((row) => row.number)}::int[],
        ${rows.map((row) => row.slot)}::int[], ${rows.map((row) => row.userId)}::text[],
        ${rows.map((row) => row.status)}::text[],
        ${rows.map((row) => String((now - row.notedAt) / 1_000))}::text[]::float8[])
        as lost (performance_id, number, slot, user_id, status, seconds_ago)
      on conflict (concert_id, performance_id, number, slot)
        do update set user_id = excluded.user_id, status = excluded.status, at = excluded.at
      returning xmax = 0 as fresh
    )
    update seat_refusal_totals set kept = kept + (select count(*) from written where fresh)
    where concert_id = ${concertId}`;
}
