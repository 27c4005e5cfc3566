/**
 * The seat list as bytes, made once and sent to everybody. It is kept in chunks: a change rewrites the chunk it
 * lies in, and slow readers of many versions share all chunks that did not change.
 */
import { createHash } from 'node:crypto';
import { placeIn, sectionOf, type Layout, type Section } from '../catalog/catalog.ts';
import { chunk_seats, seat_statuses, type SeatBoard, type SeatCode } from './seat-board.ts';

export type SeatFilter = 'available' | 'all';

/** Counts towards every ETag: raise it when the same seats are written as other bytes. */
const format = 1;
const comma = Buffer.from(',');
const end = Buffer.from(']}');

export class SeatPage {
  private readonly board: SeatBoard;
  private readonly filter: SeatFilter;
  private readonly start: Buffer;
  private readonly chunks: Buffer[] = [];
  private readonly chunkRevisions: Float64Array;
  private taggedRevision = -1;
  private tag = '';
  private writtenRevision = -1;
  private written: readonly Buffer[] = [];

  constructor(board: SeatBoard, filter: SeatFilter) {
    this.board = board;
    this.filter = filter;
    this.start = Buffer.from(`{"performanceId":${JSON.stringify(board.performance.id)},"seats":[`);
    this.chunkRevisions = new Float64Array(board.chunkRevisions.length).fill(-1);
  }

  /**
   * Strong: a hash of all statuses, and everything else in the answer never changes. So servers that know the
   * same give the same tag, and no two answers that differ share one.
   */
  get etag(): string {
    const { revision, codes } = this.board;
    if (this.taggedRevision !== revision) {
      const hash = createHash('sha256').update(codes).digest('base64url').slice(0, 22);
      this.tag = `"${this.filter}-${format}-${hash}"`;
      this.taggedRevision = revision;
    }
    return this.tag;
  }

  /** The answer in pieces, to be sent one after the other; one piece for a hall of at most one chunk. */
  pieces(): readonly Buffer[] {
    if (this.writtenRevision === this.board.revision) return this.written;
    for (const [chunk, revision] of this.board.chunkRevisions.entries()) {
      if (this.chunkRevisions[chunk] === revision) continue;
      this.chunks[chunk] = Buffer.from(this.write(chunk));
      this.chunkRevisions[chunk] = revision;
    }
    const filled = this.chunks.filter((chunk) => chunk.length > 0);
    const pieces = [this.start, ...filled.flatMap((chunk, index) => (index === 0 ? [chunk] : [comma, chunk])), end];
    this.written = this.chunks.length === 1 ? [Buffer.concat(pieces)] : pieces;
    this.writtenRevision = this.board.revision;
    return this.written;
  }

  private write(chunk: number): string {
    const { codes, performance } = this.board;
    const first = chunk * chunk_seats + 1;
    const last = Math.min(first + chunk_seats - 1, performance.seatsTotal);
    let json = '';
    for (let number = first; number <= last;) {
      const section = sectionOf(performance.sections, number);
      if (section === undefined) break;
      const sectionLast = Math.min(last, section.firstNumber + section.rows * section.seatsPerRow - 1);
      json += writeSeats(section, codes, {
        first: number,
        last: sectionLast,
        onlyAvailable: this.filter === 'available',
      });
      number = sectionLast + 1;
    }
    return json.slice(1);
  }
}

/** The list of a date of which no seat can be had. */
export function noSeats({ id }: Pick<Layout, 'id'>): Pick<SeatPage, 'etag' | 'pieces'> {
  return {
    etag: `"available-${format}-none"`,
    pieces: () => [Buffer.from(`{"performanceId":${JSON.stringify(id)},"seats":[]}`)],
  };
}

/** Seats of one section, each with a comma before it. */
function writeSeats(
  section: Section,
  codes: Uint8Array,
  { first, last, onlyAvailable }: { first: number; last: number; onlyAvailable: boolean },
): string {
  const name = JSON.stringify(section.name);
  const label = name.slice(0, -1);
  const tail = `,"grade":${JSON.stringify(section.grade)},"price":${section.price},"status":"`;
  let { row, place } = placeIn(section, first);
  let json = '';
  for (let number = first; number <= last; number++) {
    const code = codes[number - 1] as SeatCode;
    if (code === 0 || !onlyAvailable) {
      json += `,{"number":${number},"label":${label}-${row}-${place}","section":${name},"row":${row}${tail}${seat_statuses[code]}"}`;
    }
    if (++place > section.seatsPerRow) {
      place = 1;
      row++;
    }
  }
  return json;
}
