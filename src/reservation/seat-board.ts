/**
 * What a server knows of the seats of one performance: a status and a version each, five bytes a seat. It is fed
 * with changes in any order, from own commits and from other servers; the version decides which is newer.
 */
import type { Layout } from '../catalog/catalog.ts';

/** In the order of their codes. */
export const seat_statuses = ['AVAILABLE', 'HELD', 'RESERVED'] as const;
export type SeatStatus = (typeof seat_statuses)[number];
/** Index into `seat_statuses`. */
export type SeatCode = 0 | 1 | 2;

export interface SeatChange {
  readonly performanceId: string;
  readonly number: number;
  readonly code: SeatCode;
  /** The seat's version after the change. */
  readonly version: number;
}

/** Seats that are written to JSON together: a change costs the rewriting of one chunk, not of a stadium. */
export const chunk_seats = 512;

export class SeatBoard {
  readonly performance: Layout;
  readonly codes: Uint8Array;
  /** Grows with every change that was taken over. */
  revision = 0;
  /** How many changes of its seats are included: the sum of their versions. */
  changes = 0;
  /** The revision at which a seat of the chunk last changed. */
  readonly chunkRevisions: Float64Array;
  private readonly versions: Int32Array;
  private readonly counts: [number, number, number];

  constructor(performance: Layout) {
    this.performance = performance;
    this.codes = new Uint8Array(performance.seatsTotal);
    this.versions = new Int32Array(performance.seatsTotal);
    this.chunkRevisions = new Float64Array(Math.ceil(performance.seatsTotal / chunk_seats));
    this.counts = [performance.seatsTotal, 0, 0];
  }

  /** Takes the change over if it is newer than what is known. True if the seat's status is another now. */
  apply(number: number, code: SeatCode, version: number): boolean {
    const index = number - 1;
    const known = this.versions[index];
    if (known === undefined || version <= known) return false;
    this.include(index, version);
    return this.set(index, code);
  }

  /**
   * Takes over what was read from the table of the seats from `first` on, where it is not older than what is known: at
   * the same version a seat can only have become free, by its hold's time. Answers the numbers whose status changed.
   */
  applyAll(first: number, codes: string, versions: readonly string[]): number[] {
    const changed: number[] = [];
    for (let place = 0; place < versions.length; place++) {
      const index = first - 1 + place;
      const version = Number(versions[place]);
      const code = (codes.charCodeAt(place) - 48) as SeatCode;
      const known = this.versions[index] ?? Infinity;
      const freed = version === known && code === 0 && this.codes[index] === 1;
      if (version <= known && !freed) continue;
      this.include(index, version);
      if (this.set(index, code)) changed.push(index + 1);
    }
    return changed;
  }

  statusOf(number: number): SeatStatus {
    return seat_statuses[(this.codes[number - 1] ?? 0) as SeatCode];
  }

  /** The version of a seat that is AVAILABLE as far as is known here; undefined for any other number. */
  versionIfFree(number: number): number | undefined {
    return this.codes[number - 1] === 0 ? this.versions[number - 1] : undefined;
  }

  get available(): number {
    return this.counts[0];
  }

  get held(): number {
    return this.counts[1];
  }

  get reserved(): number {
    return this.counts[2];
  }

  private include(index: number, version: number): void {
    this.changes += version - (this.versions[index] ?? 0);
    this.versions[index] = version;
  }

  private set(index: number, code: SeatCode): boolean {
    const before = this.codes[index] as SeatCode;
    if (before === code) return false;
    this.counts[before] -= 1;
    this.counts[code] += 1;
    this.codes[index] = code;
    this.chunkRevisions[Math.floor(index / chunk_seats)] = ++this.revision;
    return true;
  }
}
