/**
 * The history of a rehearsal: every call of every fan, when it was sent, when its answer was complete, and what the
 * answer said. It goes to a file as it happens, so its length costs no memory, and is read back by the checks.
 */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

export type Op =
  | 'sign-up'
  | 'issue'
  | 'status'
  | 'told'
  | 'leave'
  | 'performances'
  | 'seats'
  | 'hold'
  | 'cancel'
  | 'quote'
  | 'cancel-paid'
  | 'cancel-for-fan'
  | 'call-off'
  | 'called-off'
  | 'move-date'
  | 'charge'
  | 'wallet'
  | 'pay'
  | 'entries'
  | 'reservations'
  | 'overview'
  | 'order'
  | 'checkout'
  | 'press'
  | 'confirm'
  | 'order-told'
  | 'orders'
  | 'withdraw'
  | 'withdrawals'
  | 'notice'
  | 'gateway';

export interface Call {
  /** The number of the fan; -1 is the operator. */
  readonly fan: number;
  readonly op: Op;
  /** Milliseconds since the beginning of the history. `told` is a stream's news and has no beginning of its own. */
  readonly start: number;
  /** Null: no answer came, so what happened is unknown. */
  readonly end: number | null;
  /** 0 without an answer. */
  readonly status: number;
  /** Of a refusal. */
  readonly code: string;
  readonly facts: Facts;
}

export type Standing = 'WAIT' | 'ACTIVE' | 'EXPIRED';

/** What was asked and answered, as far as a check may want to know. Times are in milliseconds of the same clock. */
export interface Facts {
  /** Counts a fan's places in line. */
  readonly spell?: number;
  /** The number of the place, if the token tells it. */
  readonly place?: number;
  readonly standing?: Standing;
  readonly position?: number | null;
  readonly expiresAt?: number;
  readonly because?: string | null;
  readonly performance?: string;
  readonly seats?: readonly number[];
  readonly reservation?: string;
  readonly heldUntil?: number;
  readonly key?: string;
  readonly id?: string;
  readonly amount?: number;
  readonly balance?: number;
  readonly paidAt?: number;
  /** The token shown was not one that the service made for this. */
  readonly forged?: true;
  /** The fan did not wait for the answer, on purpose. */
  readonly hasty?: true;
  /** The first news of a stream: until then nothing was heard of its fan since the call before. */
  readonly opening?: true;
  /** The answer was the first one again. */
  readonly again?: true;
  /** `[kind, amount, balance, reference, id]`, oldest first. */
  readonly entries?: readonly (readonly [string, number, number, string, string?])[];
  /** `[id, status, performance, seats, amount, what became of it once it was paid]` */
  readonly reservations?: readonly (readonly [string, string, string, readonly number[], number, PaidTold?])[];
  readonly active?: number;
  readonly waiting?: number;
  readonly revenue?: number;
  /** Seats of the dates on sale. */
  readonly supply?: SupplyTold;
  /** The seats keep the line. */
  readonly standby?: true;
  /** Whether a list had a seat that can be had. */
  readonly anyFree?: boolean;
  /** The dates that a list had. */
  readonly dates?: readonly string[];
  /** Of a cancellation or its quote: seat by seat, the sums, and the moment that decided. */
  readonly each?: readonly RefundTold[];
  readonly fee?: number;
  readonly refund?: number;
  readonly at?: number;
  /** The refund that the fan was content with. */
  readonly stated?: number;
  readonly to?: 'wallet' | 'origin';
  /** `[id, amount]` of what was sent on to where it came from. */
  readonly sentOn?: readonly [string, number];
  /** An operator's: of the fee, or of the compensation. */
  readonly percent?: number;
  /** Of a date. */
  readonly startsAt?: number;
  readonly state?: 'RUNNING' | 'DONE';
  readonly done?: number;
  readonly total?: number;
  /** Of one order: its id, how it stood, and the entry that it was credited by. */
  readonly order?: string;
  readonly stands?: OrderStanding;
  readonly chargeId?: string | null;
  /** Which button of the gateway's page. */
  readonly pressed?: string;
  /** `[id, status, amount, entry of its credit]` */
  readonly orders?: readonly OrderTold[];
  /** `[id, status, amount, parts: [order, amount, status]]` */
  readonly withdrawals?: readonly (readonly [string, Outcome, number, readonly PartTold[]])[];
  /** What the gateway says it did: `[order, took, sent back for us, undid by itself]`. */
  readonly taken?: readonly Taken[];
}

export interface SupplyTold {
  readonly available: number;
  readonly held: number;
  readonly sold: number;
}
export type RefundTold = readonly [seat: number, price: number, fee: number, refund: number];
type PricedSeat = readonly [seat: number, price: number];
export interface PaidTold {
  readonly paid: number;
  readonly paidAt: number;
  readonly kept: readonly PricedSeat[];
  readonly cancelled: readonly PricedSeat[];
  readonly cancellations: readonly CancellationTold[];
}
export interface CancellationTold {
  readonly id: string;
  readonly seats: readonly number[];
  readonly fee: number;
  readonly refund: number;
  readonly compensation: number;
  readonly reason: string;
  readonly at: number;
  readonly withdrawal: string | null;
}

export type OrderStanding = 'OPEN' | 'PAID' | 'FAILED' | 'EXPIRED';
type Outcome = 'PENDING' | 'DONE' | 'FAILED';
export type OrderTold = readonly [id: string, stands: OrderStanding, amount: number, chargeId: string | null];
export type PartTold = readonly [order: string, amount: number, status: Outcome];
export type Taken = readonly [order: string, took: number, sentBack: number, undone: number];

/** What the checks must know of the sale; the first line of a history. */
export interface Terms {
  readonly history: 1;
  /** Epoch milliseconds of the history's beginning. */
  readonly epoch: number;
  readonly concertId: string;
  readonly maxActive: number;
  readonly sessionSeconds: number;
  readonly holdSeconds: number;
  readonly graceSeconds: number;
  readonly maxSeatsPerFan: number;
  /** Servers and databases were broken on purpose: no answer, and 503, are answers too. */
  readonly rough: boolean;
  /** How wallets are filled; without it, for the asking. */
  readonly money?: Money;
  /** The dates as they were put on sale; only where fans give back what they paid for. */
  readonly dates?: readonly PlannedDate[];
  /** Nobody is let in but to seats that can be had. */
  readonly boundToSupply?: boolean;
}

/** `startsAt` is in milliseconds of the history. */
export interface PlannedDate {
  readonly id: string;
  readonly startsAt: number;
  readonly seats: number;
}

/** `open`: for the asking; `sandbox`: by orders that the simulated gateway confirms. */
export type Money = 'open' | 'sandbox';

export interface History {
  readonly calls: number;
  write(call: Call): void;
  close(): void;
}

const buffered_characters_max = 256 * 1024;

export function openHistory(file: string, terms: Terms): History {
  const descriptor = openSync(file, 'w');
  let text = `${JSON.stringify(terms)}\n`;
  let calls = 0;
  const flush = (): void => {
    writeSync(descriptor, text);
    text = '';
  };
  return {
    get calls() {
      return calls;
    },
    write: (call) => {
      calls++;
      text += `${lineOf(call)}\n`;
      if (text.length > buffered_characters_max) flush();
    },
    close: () => {
      flush();
      closeSync(descriptor);
    },
  };
}

const hundredths = (ms: number): number => Math.round(ms * 100) / 100;

function lineOf({ fan, op, start, end, status, code, facts }: Call): string {
  return JSON.stringify([fan, op, hundredths(start), end === null ? null : hundredths(end), status, code, facts]);
}

/** Reads a history call by call. Answers its terms. */
export async function readHistory(file: string, take: (call: Call, terms: Terms) => void): Promise<Terms> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let terms: Terms | undefined;
  for await (const line of lines) {
    if (terms === undefined) {
      terms = JSON.parse(line) as Terms;
    } else {
      const [fan, op, start, end, status, code, facts] = JSON.parse(line) as [
        number,
        Op,
        number,
        number | null,
        number,
        string,
        Facts,
      ];
      take({ fan, op, start, end, status, code, facts }, terms);
    }
  }
  if (terms === undefined) throw new Error(`${file} is not a history`);
  return terms;
}
