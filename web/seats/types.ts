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
  /** A seat was chosen by tap, click or key. Whether it may be is the page's to decide. */
  readonly onToggle: (seat: number) => void;
  /** A section fills the view, or none does. */
  readonly onSection: (name: string | undefined) => void;
}

export interface SeatMap {
  /** Statuses of these numbers changed. */
  update(numbers: readonly number[]): void;
  select(selected: ReadonlySet<number>): void;
  /** Moves the view to a section, or out to the whole hall. */
  show(section: string | undefined): void;
  /** Draws again after a change of theme or language. */
  redraw(language: 'ko' | 'en'): void;
  destroy(): void;
}

/** `createSeatMap(canvas, options)` of seats/seat-map.ts. */
export type CreateSeatMap = (canvas: HTMLCanvasElement, options: SeatMapOptions) => SeatMap;
