/**
 * Seats by what people call them, of one concert or of the newest. What is read is bounded, however many seats there are:
 * sections by the index of their names, then single seats by their keys.
 */
import { seatAt, type Catalog } from '../catalog/catalog.ts';
import { readSeatName, type SeatReading } from '../contract.ts';
import type { Sql } from '../platform/database.ts';

export interface FoundSeat {
  readonly concertId: string;
  readonly concertTitle: string;
  readonly performanceId: string;
  readonly startsAt: string;
  readonly number: number;
  readonly label: string;
  readonly section: string;
  readonly row: number;
  /** In the row, from 1. */
  readonly seat: number;
  readonly grade: string;
  readonly price: number;
  readonly status: 'AVAILABLE' | 'HELD' | 'RESERVED';
  /** Who holds or has it; null where nobody does. */
  readonly reservationId: string | null;
  /** The date was: whatever is available is not on sale. */
  readonly calledOff: boolean;
}

export interface FoundSeats {
  readonly seats: FoundSeat[];
  readonly more: boolean;
}

/** The console offers as many to choose from. */
const concerts_max = 200;
const sections_max = 500;
const seats_max = 500;
const shown_max = 50;

interface SectionRow {
  readonly concertId: string;
  readonly performanceId: string;
  readonly firstNumber: number;
  readonly rows: number;
  readonly seatsPerRow: number;
  /** Index into the readings. */
  readonly nth: number;
  readonly exact: boolean;
}

interface Candidate {
  readonly concertId: string;
  readonly performanceId: string;
  readonly number: number;
}

interface SeatRow extends Candidate {
  readonly status: FoundSeat['status'];
  readonly reservationId: string | null;
}

/** At most 50: those that somebody has before those that are free, then those of the newest concerts. */
export async function findSeats(
  { sql, catalog }: { readonly sql: Sql; readonly catalog: Catalog },
  q: string,
  concertId: string | undefined,
): Promise<FoundSeats> {
  const rows = (await seatsNamed(sql, q, concertId)).toSorted((one, other) => isTaken(other) - isTaken(one));
  const seats = rows.slice(0, shown_max).map(async (row): Promise<FoundSeat[]> => {
    const [concert, performance] = await Promise.all([
      catalog.concert(row.concertId),
      catalog.performance(row.performanceId),
    ]);
    const seat = performance === undefined ? undefined : seatAt(performance, row.number);
    if (concert === undefined || performance === undefined || seat === undefined) return [];
    const place = Number(seat.label.slice(seat.label.lastIndexOf('-') + 1));
    const { startsAt, status } = performance;
    const calledOff = status === 'CANCELLED';
    return [{ ...row, ...seat, seat: place, concertTitle: concert.title, startsAt, calledOff }];
  });
  return { seats: (await Promise.all(seats)).flat(), more: rows.length > shown_max };
}

const isTaken = ({ reservationId }: SeatRow): number => Number(reservationId !== null);

/** At most 500 seats that the text can mean, and whose they are at this moment. */
export async function seatsNamed(sql: Sql, q: string, concertId: string | undefined): Promise<SeatRow[]> {
  // Without a section every date of every concert would fit.
  const readings = readSeatName(q).filter(({ section }) => section !== undefined || concertId !== undefined);
  if (readings.length === 0) return [];
  const sections = await sectionsNamed(sql, readings, concertId);
  const candidates = candidatesIn(sections, readings);
  if (candidates.length === 0) return [];
  return sql<SeatRow[]>`
    select seat.concert_id as "concertId", seat.performance_id as "performanceId", seat.number,
      case when sold then 'RESERVED' when held_until > now() then 'HELD' else 'AVAILABLE' end as status,
      case when sold or held_until > now() then reservation_id end as "reservationId"
    from unnest(${candidates.map((one) => one.concertId)}::text[], ${candidates.map((one) => one.performanceId)}::text[],
      ${candidates.map((one) => one.number)}::int[]) with ordinality as wanted (concert_id, performance_id, number, place)
    join seats as seat on seat.concert_id = wanted.concert_id and seat.performance_id = wanted.performance_id
      and seat.number = wanted.number
    order by wanted.place`;
}

/** Those of exactly that name first, then those that begin so. */
function sectionsNamed(sql: Sql, readings: readonly SeatReading[], concertId: string | undefined) {
  return sql<SectionRow[]>`
    select section.* from (
      select nth - 1 as nth, lower(normalize(name, nfkc)) collate "C" as key
      from unnest(${readings.map(({ section = '' }) => section)}::text[]) with ordinality as wanted (name, nth)
    ) as wanted
    cross join (
      select id, created_at from concerts ${concertId === undefined ? sql`` : sql`where id = ${concertId}`}
      order by created_at desc, id desc limit ${concerts_max}
    ) as concert
    cross join lateral (
      select concert_id as "concertId", performance_id as "performanceId", first_number as "firstNumber", rows,
        seats_per_row as "seatsPerRow", wanted.nth::int as nth,
        lower(normalize(name, nfkc)) collate "C" = wanted.key as exact
      from sections
      where concert_id = concert.id and lower(normalize(name, nfkc)) collate "C" >= wanted.key
        and lower(normalize(name, nfkc)) collate "C" < wanted.key || ${'\u{10ffff}'}
      order by lower(normalize(name, nfkc)) collate "C" limit ${sections_max}
    ) as section
    order by exact desc, nth, created_at desc, concert.id, length("performanceId"), "performanceId", "firstNumber"
    limit ${sections_max}`;
}

/** Without row and seat a name means a whole section, and only one that is called so. */
function candidatesIn(sections: readonly SectionRow[], readings: readonly SeatReading[]): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const section of sections) {
    const { row, seat } = readings[section.nth] ?? {};
    if (row === undefined && seat === undefined && !section.exact) continue;
    const { concertId, performanceId } = section;
    for (const number of numbersIn(section, row, seat)) {
      if (found.size >= seats_max) return [...found.values()];
      found.set(`${performanceId} ${number}`, { concertId, performanceId, number });
    }
  }
  return [...found.values()];
}

function* numbersIn(section: SectionRow, row: number | undefined, seat: number | undefined): Generator<number> {
  const { firstNumber, rows, seatsPerRow } = section;
  if (row === 0 || seat === 0) return;
  const [fromSeat, toSeat] = [seat ?? 1, Math.min(seat ?? seatsPerRow, seatsPerRow)];
  for (let at = row ?? 1; at <= Math.min(row ?? rows, rows); at++) {
    for (let place = fromSeat; place <= toSeat; place++) yield firstNumber + (at - 1) * seatsPerRow + place - 1;
  }
}
