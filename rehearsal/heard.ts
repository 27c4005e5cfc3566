/** Reading what the service answered. */
import type { CancellationTold, Facts, PaidTold, SupplyTold } from './history.ts';
import type { Reply } from './http-client.ts';

export interface Heard {
  /** 0: no answer. */
  readonly status: number;
  readonly code: string;
  /** Parsed when it is looked at. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
  /** Milliseconds to wait before asking again, if the service named any. */
  readonly retryAfterMs: number;
  /** Where it sends the browser on to. */
  readonly location: string | undefined;
}

export function moved(json: Readonly<Record<string, unknown>>): Facts {
  return { id: String(json['id']), amount: Number(json['amount']), balance: Number(json['balance']) };
}

export function heardOf(reply: Reply): Heard {
  let json: Readonly<Record<string, unknown>> | undefined;
  return {
    status: reply.status,
    code: codeOf(reply),
    body: reply.body,
    get json() {
      json ??= reply.body.length === 0 ? {} : (JSON.parse(reply.body.toString()) as Record<string, unknown>);
      return json;
    },
    retryAfterMs: Number(reply.header('retry-after') ?? 0) * 1_000,
    location: reply.header('location'),
  };
}

export function codeOf({ status, body }: Reply): string {
  return status < 400 ? '' : (/"code":"(\w+)"/.exec(body.toString())?.[1] ?? '');
}

/** The number of the place, which a token of ours says in the clear; another service's token may not. */
export function placeIn(token: string): number | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { e?: unknown };
    return typeof claims.e === 'number' ? claims.e : undefined;
  } catch {
    return undefined;
  }
}

type Json = Readonly<Record<string, unknown>>;
type TimeOf = (text: unknown) => number;

/** How a place stands. */
export function standingIn(json: Json, timeOf: TimeOf): Facts {
  return {
    standing: json['status'] as 'WAIT',
    ...(json['position'] === null ? {} : { position: json['position'] as number }),
    ...(json['expiresAt'] === null ? {} : { expiresAt: timeOf(json['expiresAt']) }),
    ...(typeof json['expiredBecause'] === 'string' ? { because: json['expiredBecause'] } : {}),
    ...(json['standby'] === true ? { standby: true } : {}),
  };
}

export interface SeatsTold {
  readonly available: number;
  readonly held: number;
  readonly reserved: number;
}

export function supplyIn({ available, held, reserved }: SeatsTold): SupplyTold {
  return { available, held, sold: reserved };
}

interface SeatTold {
  readonly number: number;
  readonly price: number;
}

export interface ReservationTold {
  readonly id: string;
  readonly status: string;
  readonly performanceId: string;
  readonly seats: readonly SeatTold[];
  readonly amount: number;
  /** From here on only of what was paid for. */
  readonly paid?: number;
  readonly paidAt?: string;
  readonly cancelledSeats?: readonly SeatTold[];
  readonly cancellations?: readonly {
    readonly id: string;
    readonly seatNumbers: readonly number[];
    readonly fee: number;
    readonly refund: number;
    readonly compensation: number;
    readonly reason: string;
    readonly at: string;
    readonly withdrawalId: string | null;
  }[];
}

/** One's own reservation, as the history keeps it. */
export function reservationIn(
  { id, status, performanceId, seats, amount, ...more }: ReservationTold,
  timeOf: TimeOf,
): NonNullable<Facts['reservations']>[number] {
  const numbers = seats.map(({ number }) => number);
  const { paid, paidAt, cancelledSeats = [], cancellations = [] } = more;
  if (paid === undefined) return [id, status, performanceId, numbers, amount];
  const priced = (all: readonly SeatTold[]): PaidTold['kept'] =>
    all.map(({ number, price }) => [number, price] as const);
  const told: PaidTold = {
    paid,
    paidAt: timeOf(paidAt),
    kept: priced(seats),
    cancelled: priced(cancelledSeats),
    cancellations: cancellations.map(({ seatNumbers, at, withdrawalId, ...rest }): CancellationTold => ({
      ...rest,
      seats: seatNumbers,
      at: timeOf(at),
      withdrawal: withdrawalId,
    })),
  };
  return [id, status, performanceId, numbers, amount, told];
}
