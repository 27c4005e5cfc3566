/** What the seat map and the list of seats both speak about. */
import type { Reply } from '../client/client.ts';
import type { Section } from './section.ts';

export type { Section } from './section.ts';

export type SeatMapData = Reply<'getSeatMap'>;
export type SeatStatus = 'AVAILABLE' | 'HELD' | 'RESERVED';

export interface SeatMapOptions {
  readonly sections: readonly Section[];
  /** By number − 1: 0 AVAILABLE, 1 HELD, 2 RESERVED. The map keeps reading it; call `update` after changes. */
  readonly statuses: Uint8Array;
  readonly selected: ReadonlySet<number>;
  readonly language: 'ko' | 'en';
  /** A seat was chosen by tap or click. Whether it may be is the page's to decide. */
  readonly onToggle: (seat: number) => void;
  /** Somebody moved the view into a section, or out of all. */
  readonly onSection: (name: string | undefined) => void;
  /** The mouse points at a seat, or at none. */
  readonly onPoint: (seat: number | undefined) => void;
  /** How near the view is now. */
  readonly onReach: (reach: Reach) => void;
}

/** Where the view is between the whole hall and a single seat. */
export interface Reach {
  readonly isWhole: boolean;
  readonly isNearest: boolean;
  /** A tap selects a seat; before, it leads nearer. */
  readonly selects: boolean;
}

export interface SeatMap {
  /** Height of the whole hall by its width. */
  readonly ratio: number;
  /** Statuses of these numbers changed. */
  update(numbers: readonly number[]): void;
  /** Seats that were chosen elsewhere come into view. */
  select(selected: ReadonlySet<number>): void;
  /** Moves the view to a section, or out to the whole hall. */
  show(section: string | undefined): void;
  /** A step nearer or farther. */
  zoom(step: 'in' | 'out' | 'whole'): void;
  /** Draws again after a change of theme or language. */
  redraw(language: 'ko' | 'en'): void;
  destroy(): void;
}
