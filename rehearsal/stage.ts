/** What all fans of a sale share: where it is, how far it has come, and what is still to be found out. */
import type { BoxOffice, Caller } from './box-office.ts';
import type { Fortune, Luck } from './fortunes.ts';
import type { Options } from './options.ts';
import type { Pauses } from './pauses.ts';
import type { Persona } from './persona.ts';
import type { Regret } from './regrets.ts';
import type { Streams } from './streams.ts';

export interface Concert {
  readonly id: string;
  readonly performanceIds: readonly string[];
  readonly seatsPerPerformance: number;
  /** The same dates with when they begin, in milliseconds of the epoch, and how many seats each has. */
  readonly dates: readonly { readonly id: string; readonly startsAt: number; readonly seats: number }[];
}

export type Ending = 'bought' | 'sold out' | 'gave up' | 'closed the tab' | 'session ended' | 'in line at the end';

export interface Tally {
  arrived: number;
  waiting: number;
  inside: number;
  seatsSold: number;
  revenue: number;
  /** History's milliseconds of the last sale. */
  lastSaleAt: number;
  racesLost: number;
  /** Those from whom seats may yet come back: the sale is not over before them. */
  changing: number;
  /** Seats that fans, and the operator for them, have given back. */
  seatsGivenBack: number;
  readonly endings: Map<Ending, number>;
  /** What went wrong with money, as far as it came to that. */
  readonly fortunes: Map<Fortune, number>;
}

export interface Stage {
  readonly options: Options;
  readonly concert: Concert;
  readonly office: BoxOffice;
  readonly streams: Streams;
  readonly pauses: Pauses;
  readonly tally: Tally;
  /** True when everything is sold or the time is up: go home. */
  isOver(): boolean;
  /** Attempts whose outcome nobody told, to be asked for again when all is over; resolves true once it is known. */
  readonly unresolved: (() => Promise<boolean>)[];
  /** Orders whose deposit was undone, with their amounts: the gateway itself forgets that it ever had it. */
  readonly depositsUndone: Map<string, number>;
  /** Those whose books are compared at the end. */
  readonly customers: Caller[];
  readonly operator: Caller;
  /** What was bought, for the operator who cancels for fans. */
  readonly purchases: Held[];
  /** Dates that were called off. */
  readonly calledOff: string[];
}

/** Seats that are held, with what they cost. */
export interface Held {
  readonly id: string;
  readonly amount: number;
  readonly seats: readonly number[];
}

/** Tries of one call whose answer did not come, or said that it should be asked again. */
export const tries_max = 60;
export const retry_ms = 300;

/** One fan on the way through the sale. */
export interface Visit extends Caller {
  readonly persona: Persona;
  keysMade: number;
  /** As far as told. */
  balance: number;
  readonly luck: Luck;
  ordersMade: number;
  /** What this fan does with money once the seats are bought, or not to be had. */
  readonly afterwards: (() => Promise<void>)[];
  isCustomer: boolean;
  /** Was told to stand by for seats that come back, and does not take the first empty list for the last word. */
  standsBy: boolean;
  /** What becomes of the first purchase; undefined: it is kept. */
  regret: Regret | undefined;
  /** Gave everything back, and wants something better. */
  comesAgain: boolean;
}

export function newKey(visit: Visit): string {
  visit.keysMade++;
  return `f${visit.fan}-${visit.keysMade}`;
}

/** A fan who moved money or seats: the books will be compared. */
export function becomeCustomer({ customers }: Stage, visit: Visit): void {
  if (visit.isCustomer) return;
  visit.isCustomer = true;
  customers.push(visit);
}
