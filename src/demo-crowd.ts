/**
 * The crowd of the demo: fans who are not there, so that a visitor has somebody to wait behind. They go in and out by
 * the rooms' own doors, hold seats, mostly let them go again, and sometimes buy. They come when a visitor comes and
 * leave a while after the last one has gone, and there are never more of them than `fans`.
 */
import { randomInt } from 'node:crypto';
import type { Catalog, Performance } from './catalog/catalog.ts';
import type { Payments } from './payment/payment.ts';
import { randomId } from './platform/ids.ts';
import type { Duty } from './platform/ticker.ts';
import { Refusal } from './refusals.ts';
import type { Reservations } from './reservation/reservation.ts';
import type { Pass, WaitingRoom } from './waiting-room/gate.ts';
import type { Wallet } from './wallet/wallet.ts';

export interface CrowdRooms {
  readonly catalog: Pick<Catalog, 'performancesOf'>;
  readonly waitingRoom: Pick<WaitingRoom, 'join' | 'knownStatus' | 'leave'>;
  readonly reservations: Pick<Reservations, 'seatBoard' | 'hold' | 'cancel'>;
  readonly wallet: Pick<Wallet, 'charge'>;
  readonly payments: Pick<Payments, 'pay'>;
}

export interface CrowdPlan {
  readonly concertId: string;
  /** At most so many at once, those inside included. */
  readonly fans: number;
  /** How long a fan stays inside, from and to. */
  readonly stayMs: readonly [number, number];
  /** Whether somebody is there to see it. */
  isWatched(): boolean;
}

interface Fan {
  readonly pass: Pass;
  /** Steady clock, ms; set when it is the fan's turn. */
  picksAt: number;
  goesAt: number;
  reservation: { readonly id: string; readonly amount: number } | undefined;
}

const move_ms = 1_000;
const seats_max = 4;
/** One in so many pays; the others think better of it, so that the stadium lasts for many visitors. */
const buyers = 6;

export interface Crowd {
  /** Lets the crowd act, once a second. */
  readonly duty: Duty;
  /** Sends everybody home: whoever stayed in line without a sign of life would be in the way of the next ones. */
  disperse(): Promise<void>;
}

export function demoCrowd(rooms: CrowdRooms, plan: CrowdPlan): Crowd {
  const { waitingRoom } = rooms;
  const { concertId, fans: fansMax } = plan;
  let fans: Fan[] = [];

  const come = async (): Promise<void> => {
    const missing = fansMax - fans.length;
    const users = Array.from({ length: missing }, () => `demo:${randomId(10)}`);
    const passes = await Promise.all(users.map((userId) => waitingRoom.join(concertId, userId)));
    fans.push(...passes.map((pass) => ({ pass, picksAt: 0, goesAt: 0, reservation: undefined })));
  };
  const act = async (fan: Fan, performance: Performance): Promise<boolean> => {
    const now = globalThis.performance.now();
    const status = waitingRoom.knownStatus(fan.pass)?.status;
    if (status !== 'ACTIVE') return status === 'WAIT';
    if (fan.goesAt === 0) {
      const [shortest, longest] = plan.stayMs;
      const stay = randomInt(shortest, longest);
      Object.assign(fan, { picksAt: now + stay / 3, goesAt: now + stay });
    }
    if (now >= fan.goesAt) {
      await leave(rooms, fan);
      return false;
    }
    if (now >= fan.picksAt) {
      fan.picksAt = Infinity;
      fan.reservation = await pick(rooms, fan, performance);
    }
    return true;
  };

  const disperse = async (): Promise<void> => {
    const gone = fans;
    fans = [];
    await Promise.all(gone.map((fan) => leave(rooms, fan)));
  };
  const move = async (): Promise<void> => {
    if (!plan.isWatched()) return disperse();
    const dates = await rooms.catalog.performancesOf(concertId);
    const performance = dates.find(({ status }) => status === 'SCHEDULED');
    if (performance === undefined) return undefined;
    await come();
    const stays = await Promise.all(fans.map((fan) => act(fan, performance)));
    fans = fans.filter((_, index) => stays[index]);
    return undefined;
  };
  return { duty: { name: 'demo.crowd', everyMs: move_ms, run: move }, disperse };
}

/** Some seats side by side, wherever; undefined if somebody was faster. */
async function pick(
  { reservations }: CrowdRooms,
  { pass }: Fan,
  performance: Performance,
): Promise<Fan['reservation']> {
  const { board } = await reservations.seatBoard(performance);
  const first = randomInt(1, performance.seatsTotal + 1);
  const wanted = Array.from({ length: randomInt(1, seats_max + 1) }, (_, index) => first + index);
  const numbers = wanted.filter((number) => board.statusOf(number) === 'AVAILABLE' && number <= performance.seatsTotal);
  if (numbers.length === 0) return undefined;
  return unlessRefused(reservations.hold(pass, performance.id, numbers));
}

async function leave({ reservations, wallet, payments, waitingRoom }: CrowdRooms, fan: Fan): Promise<void> {
  const { pass, reservation } = fan;
  if (reservation !== undefined && randomInt(buyers) === 0 && reservation.amount > 0) {
    await unlessRefused(wallet.charge(pass.userId, 'demo', reservation.amount));
    await unlessRefused(payments.pay(pass, reservation.id, 'demo payment'));
    return;
  }
  if (reservation !== undefined) await unlessRefused(reservations.cancel(pass.userId, reservation.id));
  await unlessRefused(waitingRoom.leave(pass));
}

/** Being refused is part of a fan's evening. */
async function unlessRefused<T>(doing: Promise<T>): Promise<T | undefined> {
  try {
    return await doing;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
