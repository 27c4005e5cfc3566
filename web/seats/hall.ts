/** The hall of one date in the browser: who sits where is arithmetic, and a byte a seat says whether it is free. */
import { signal } from '@preact/signals';
import type { SeatMapData, SeatStatus, Section } from './types.ts';

const codes: Readonly<Record<string, number>> = { A: 0, H: 1, R: 2, AVAILABLE: 0, HELD: 1, RESERVED: 2, UNKNOWN: 2 };
export const seat_statuses = ['AVAILABLE', 'HELD', 'RESERVED'] as const;

export interface Seat {
  readonly number: number;
  readonly section: string;
  readonly row: number;
  readonly place: number;
  readonly grade: string;
  readonly price: number;
}

export interface SeatChange {
  readonly number: number;
  readonly status: string;
}

export interface Hall {
  readonly sections: readonly Section[];
  readonly statuses: Uint8Array;
  readonly startsAt: string;
  readonly maxSeats: number;
  /** Grows when a status changed; read it to follow. */
  readonly revision: { readonly value: number };
  seat(number: number): Seat | undefined;
  statusOf(number: number): SeatStatus;
  /** Free seats of a section. */
  available(section: Section): number;
  /** Calls with the numbers of seats whose status is another now, until the answer is called. */
  watch(listener: (numbers: readonly number[]) => void): () => void;
  /** Takes changes over; answers the numbers whose status is another now. */
  apply(changes: readonly SeatChange[]): number[];
  /** Takes a whole new answer over. */
  refresh(data: SeatMapData): number[];
}

export function createHall(data: SeatMapData): Hall {
  const { sections } = data;
  const statuses = Uint8Array.from(data.statuses, (letter) => codes[letter] ?? 2);
  const revision = signal(0);
  const listeners = new Set<(numbers: readonly number[]) => void>();

  const apply = (changes: readonly SeatChange[]): number[] => {
    const changed: number[] = [];
    for (const { number, status } of changes) {
      const code = codes[status] ?? 2;
      if (statuses[number - 1] === undefined || statuses[number - 1] === code) continue;
      statuses[number - 1] = code;
      changed.push(number);
    }
    if (changed.length > 0) {
      revision.value++;
      for (const listener of listeners) listener(changed);
    }
    return changed;
  };

  return {
    sections,
    statuses,
    startsAt: data.startsAt,
    maxSeats: data.maxSeatsPerFan,
    revision,
    seat: (number) => seatIn(sections, number),
    statusOf: (number) => seat_statuses[statuses[number - 1] ?? 2] ?? 'RESERVED',
    available: ({ firstNumber, rows, seatsPerRow }) => {
      let count = 0;
      const end = firstNumber - 1 + rows * seatsPerRow;
      for (let index = firstNumber - 1; index < end; index++) if (statuses[index] === 0) count++;
      return count;
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    apply,
    refresh: (next) => apply(Array.from(next.statuses, (status, index) => ({ number: index + 1, status }))),
  };
}

function seatIn(sections: readonly Section[], number: number): Seat | undefined {
  const section = sections.findLast(({ firstNumber }) => firstNumber <= number);
  if (section === undefined) return undefined;
  const offset = number - section.firstNumber;
  const row = Math.floor(offset / section.seatsPerRow) + 1;
  if (row > section.rows) return undefined;
  const place = (offset % section.seatsPerRow) + 1;
  const { name, grade, price } = section;
  return { number, section: name, row, place, grade, price };
}
