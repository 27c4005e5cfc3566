/** Reads concerts whole from the database, as the catalog keeps them. */
import type { Sql } from '../platform/database.ts';
import type { RefundTerms } from '../refunds/refunds.ts';
import type { Performance, Section } from './layout.ts';
import type { Concert } from './listing.ts';

/** A concert as it is kept: all of it, for whoever asks for one part soon asks for the others. */
export interface Entry {
  readonly concert: Concert;
  readonly terms: RefundTerms;
  readonly performances: readonly Performance[];
  readonly byId: ReadonlyMap<string, Performance>;
  /** Rows it was read from: about 200 bytes each. */
  readonly rows: number;
}

interface SectionRow extends Section {
  readonly concertId: string;
  readonly performanceId: string;
}

/** One question for those that do not exist, three for the others. */
export async function readConcerts(sql: Sql, asked: readonly string[]): Promise<Map<string, Entry>> {
  const concerts = await sql<
    (Omit<Concert, 'firstStartsAt' | 'lastStartsAt' | 'priceFrom'> & RefundTerms & { first: Date; last: Date })[]
  >`
    select concerts.id, title, artist, venue, currency, first_starts_at as first, last_starts_at as last,
      policy as "refundPolicy", time_zone as "timeZone"
    from concerts join refund_terms as terms on terms.id = concerts.refund_terms where concerts.id = any(${asked})`;
  if (concerts.length === 0) return new Map();
  const ids = concerts.map(({ id }) => id);
  const [performances, sections] = await Promise.all([
    sql<PerformanceRow[]>`
      select date.concert_id as "concertId", date.id, starts_at as "startsAt", seats_total as "seatsTotal", status, revision,
        moved_at as "movedAt", moved_from as "movedFrom", reason_ko as "reasonKo", reason_en as "reasonEn"
      from performances as date
      left join performance_cancellations as off on off.concert_id = date.concert_id and off.performance_id = date.id
      where date.concert_id = any(${ids})`,
    sql<SectionRow[]>`
      select concert_id as "concertId", performance_id as "performanceId", name, rows, seats_per_row as "seatsPerRow", grade, price,
        first_number as "firstNumber"
      from sections where concert_id = any(${ids}) order by concert_id, performance_id, ordinal`,
  ]);
  const sectionsOf = Map.groupBy(sections, (section) => section.performanceId);
  const performancesOf = Map.groupBy(performances, (performance) => performance.concertId);
  return new Map(
    concerts.map(({ first, last, refundPolicy, timeZone, ...concert }) => {
      const own = (performancesOf.get(concert.id) ?? [])
        .map((row) => assemble(row, sectionsOf.get(row.id) ?? []))
        .toSorted((one, other) => ordinal(one.id) - ordinal(other.id));
      const rows = 1 + own.length + own.reduce((sum, { sections: { length } }) => sum + length, 0);
      const entry: Entry = {
        concert: {
          ...concert,
          firstStartsAt: first.toISOString(),
          lastStartsAt: last.toISOString(),
          priceFrom: lowestPrice(own),
        },
        terms: { refundPolicy, timeZone },
        performances: own,
        byId: new Map(own.map((performance) => [performance.id, performance])),
        rows,
      };
      return [concert.id, entry];
    }),
  );
}

/** 0 without any section. */
function lowestPrice(performances: readonly Performance[]): number {
  const prices = performances.flatMap(({ sections }) => sections.map(({ price }) => price));
  return prices.length === 0 ? 0 : Math.min(...prices);
}

interface PerformanceRow extends Pick<Performance, 'concertId' | 'id' | 'seatsTotal' | 'status' | 'revision'> {
  readonly startsAt: Date;
  readonly movedAt: Date | null;
  readonly movedFrom: Date | null;
  readonly reasonKo: string | null;
  readonly reasonEn: string | null;
}

function assemble(
  { startsAt, movedAt, movedFrom, reasonKo: ko, reasonEn: en, ...row }: PerformanceRow,
  sections: readonly SectionRow[],
): Performance {
  return {
    ...row,
    startsAt: startsAt.toISOString(),
    movedAt: movedAt?.toISOString() ?? null,
    movedFrom: movedFrom?.toISOString() ?? null,
    reason: ko === null || en === null ? null : { ko, en },
    sections: sections.map(({ concertId: _concert, performanceId: _performance, ...section }) => section),
  };
}

function ordinal(performanceId: string): number {
  return Number(performanceId.slice(performanceId.indexOf('-') + 1));
}
