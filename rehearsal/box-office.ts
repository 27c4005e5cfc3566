/** The contract as the crowd speaks it: every call goes into the history, whatever comes of it. */
import { createCancelling } from './cancelling-calls.ts';
import { hasSeats } from './choosing.ts';
import {
  codeOf,
  heardOf,
  placeIn,
  reservationIn,
  standingIn,
  supplyIn,
  type Heard,
  type ReservationTold,
  type SeatsTold,
} from './heard.ts';
import type { Facts, History, Op } from './history.ts';
import type { Client, Reply, Request } from './http-client.ts';
import { createTill } from './till.ts';

/** Who asks, and what they show. */
export interface Caller {
  readonly fan: number;
  readonly bearer: string;
  /** The place in line: its token and its number in this fan's history. */
  queueToken: string | undefined;
  spell: number;
}

export interface Question {
  readonly op: Op;
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PATCH';
  /** Below `/api/v1`; with `isPage`, as it is. */
  readonly path: string;
  readonly isPage?: true;
  readonly shows: 'queueToken' | 'bearer' | 'nothing';
  readonly key?: string;
  /** A text is what a form sends. */
  readonly body?: object | string;
  /** What the history should know of the question. */
  readonly facts?: Facts;
  /** What it should know of a success. */
  readonly learn?: (json: Readonly<Record<string, unknown>>) => Facts;
  /** The same of a success that is too long to be parsed. */
  readonly skim?: (body: Buffer) => Facts;
  /** What it should know of a refusal. */
  readonly refused?: (json: Readonly<Record<string, unknown>>) => Facts;
}

/** Asks, and writes into the history what was asked and what came of it. */
export type Ask = (caller: Caller, question: Question, manner?: Manner) => Promise<Heard>;

/** How a call is made: in how much of a hurry, with which token. */
export interface Manner {
  /** Cuts the connection so many milliseconds after sending. */
  readonly hastyMs?: number;
  readonly forgedToken?: string;
  /** Lets everybody else go first. */
  readonly patient?: boolean;
  /** Another one of the fan's, which found a server of its own. */
  readonly device?: number;
}

export interface BoxOfficeDeps {
  readonly clients: readonly Client[];
  readonly history: History;
  /** Steady milliseconds (`performance.now()`) of the history's beginning. */
  readonly beginning: number;
  /** Epoch milliseconds of the same moment. */
  readonly epoch: number;
  /** Told of every call: its step, milliseconds, status and code. */
  readonly note: (op: Op, ms: number, status: number, code: string) => void;
}

export type BoxOffice = ReturnType<typeof createBoxOffice>;

export function createBoxOffice({ clients, history, beginning, epoch, note }: BoxOfficeDeps) {
  let turn = 0;
  const clientFor = (fan: number): Client => {
    // A browser stays with the server it found; the operator goes round.
    const one = clients[(fan < 0 ? turn++ : fan) % clients.length];
    if (one === undefined) throw new Error('there is no server');
    return one;
  };
  const timeOf = (text: unknown): number => Date.parse(String(text)) - epoch;

  const record = (caller: Caller, ask: Question, { reply, facts }: { reply: Reply; facts: Facts }): void => {
    const { status, start, end } = reply;
    const code = codeOf(reply);
    note(ask.op, end - start, status, status === 0 && facts.hasty === true ? 'given up by the fan' : code);
    history.write({
      fan: caller.fan,
      op: ask.op,
      start: start - beginning,
      end: status === 0 ? null : end - beginning,
      status,
      code,
      facts,
    });
  };

  const ask: Ask = async (caller, question, manner = {}) => {
    const device = manner.device ?? 0;
    const reply = await clientFor(caller.fan < 0 ? caller.fan : caller.fan + device).send(
      requestOf(caller, question, manner),
    );
    const heard = heardOf(reply);
    const learnt = learn(question, heard);
    record(caller, question, { reply, facts: { ...asked(caller, question, manner), ...repeated(reply), ...learnt } });
    return heard;
  };

  const standingOf = (json: Readonly<Record<string, unknown>>): Facts => standingIn(json, timeOf);

  return {
    ...createTill(ask, timeOf),
    ...createCancelling(ask, timeOf),
    timeOf,
    standingOf,
    /** Steady milliseconds since the history's beginning. */
    now: () => performance.now() - beginning,
    write: history.write,
    issue: (caller: Caller, concertId: string, manner?: Manner) =>
      ask(
        caller,
        {
          op: 'issue',
          method: 'POST',
          path: `/concerts/${concertId}/queue-tokens`,
          shows: 'bearer',
          facts: { spell: caller.spell },
          learn: (json) => {
            const place = placeIn(String(json['token']));
            return { ...standingOf(json), ...(place === undefined ? {} : { place }) };
          },
        },
        manner,
      ),
    status: (caller: Caller, manner?: Manner) =>
      ask(
        caller,
        { op: 'status', method: 'GET', path: '/queue-token', shows: 'queueToken', learn: standingOf },
        manner,
      ),
    leave: (caller: Caller) =>
      ask(caller, { op: 'leave', method: 'DELETE', path: '/queue-token', shows: 'queueToken' }),
    performances: (caller: Caller, concertId: string, manner?: Manner) =>
      ask(
        caller,
        {
          op: 'performances',
          method: 'GET',
          path: `/concerts/${concertId}/performances`,
          shows: 'queueToken',
          learn: (json) => ({ dates: (json['performances'] as { id: string }[]).map(({ id }) => id) }),
        },
        manner,
      ),
    seats: (caller: Caller, performance: string, manner?: Manner) =>
      ask(
        caller,
        {
          op: 'seats',
          method: 'GET',
          path: `/performances/${performance}/seats`,
          shows: 'queueToken',
          facts: { performance },
          skim: (body) => ({ anyFree: hasSeats(body) }),
        },
        manner,
      ),
    hold: (
      caller: Caller,
      performance: string,
      seats: readonly number[],
      { key, ...manner }: Manner & { readonly key?: string } = {},
    ) =>
      ask(
        caller,
        {
          op: 'hold',
          method: 'POST',
          path: '/reservations',
          shows: 'queueToken',
          ...(key === undefined ? {} : { key }),
          body: { performanceId: performance, seatNumbers: seats },
          facts: { performance, seats },
          learn: (json) => ({
            reservation: String(json['id']),
            amount: Number(json['amount']),
            heldUntil: timeOf(json['heldUntil']),
          }),
        },
        manner,
      ),
    cancel: (caller: Caller, reservation: string) =>
      ask(caller, {
        op: 'cancel',
        method: 'DELETE',
        path: `/reservations/${reservation}`,
        shows: 'bearer',
        facts: { reservation },
      }),
    reservations: (caller: Caller) =>
      ask(caller, {
        op: 'reservations',
        method: 'GET',
        path: '/reservations?limit=200',
        shows: 'bearer',
        learn: (json) => ({
          reservations: (json['reservations'] as ReservationTold[]).map((one) => reservationIn(one, timeOf)),
        }),
      }),
    overview: (caller: Caller, concertId: string) =>
      ask(caller, {
        op: 'overview',
        method: 'GET',
        path: `/admin/concerts/${concertId}/overview`,
        shows: 'bearer',
        learn: (json) => ({
          active: Number(json['active']),
          waiting: Number(json['waiting']),
          revenue: Number(json['revenue']),
          supply: supplyIn(json['seats'] as SeatsTold),
        }),
      }),
  };
}

function learn({ learn: all, skim, refused }: Question, heard: Heard): Facts | undefined {
  if (heard.status >= 400 && heard.status < 500) return refused?.(heard.json);
  if (heard.status < 200 || heard.status >= 300) return undefined;
  return skim === undefined ? all?.(heard.json) : skim(heard.body);
}

function requestOf(caller: Caller, question: Question, manner: Manner): Request {
  const { method, path, isPage, body } = question;
  return {
    method,
    path: isPage === true ? path : `/api/v1${path}`,
    headers: headersOf(caller, question, manner),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(manner.hastyMs === undefined ? {} : { patienceMs: manner.hastyMs }),
    ...(manner.patient === true ? { patient: true } : {}),
  };
}

function headersOf(caller: Caller, { shows, key, body }: Question, { forgedToken }: Manner): Record<string, string> {
  const headers: Record<string, string> = {};
  if (shows === 'bearer') headers['Authorization'] = `Bearer ${forgedToken ?? caller.bearer}`;
  if (shows === 'queueToken') headers['Queue-Token'] = forgedToken ?? caller.queueToken ?? 'none';
  if (key !== undefined) headers['Idempotency-Key'] = key;
  if (typeof body === 'string') headers['Content-Type'] = 'application/x-www-form-urlencoded';
  return headers;
}

/** What the history should know of the question. */
function asked(caller: Caller, { shows, key, facts }: Question, { hastyMs, forgedToken }: Manner): Facts {
  return {
    ...(shows === 'queueToken' ? { spell: caller.spell } : {}),
    ...(key === undefined ? {} : { key }),
    ...facts,
    ...(hastyMs === undefined ? {} : { hasty: true }),
    ...(forgedToken === undefined ? {} : { forged: true }),
  };
}

function repeated(reply: Reply): Facts {
  return reply.header('idempotent-replayed') === 'true' ? { again: true } : {};
}
