/** Dates, seats, holds and a fan's reservations over HTTP. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts } from '../accounts/accounts.ts';
import type { Catalog, Performance } from '../catalog/catalog.ts';
import { route, type App } from '../contract.ts';
import type { Once } from '../idempotency/idempotency.ts';
import { openEventStream } from '../platform/event-stream.ts';
import { inTime } from '../platform/in-time.ts';
import { languageOf } from '../platform/language.ts';
import type { Shortcut } from '../platform/shortcuts.ts';
import { Refusal, refuse, type RefusalCode } from '../refusals.ts';
import { noticeOf, type Gate, type Pass, type WaitingRoom } from '../waiting-room/gate.ts';
import type { KeyedWish, Reservation, Reservations } from './reservation.ts';
import type { SeatCode } from './seat-board.ts';
import type { KeptBoard } from './seat-boards.ts';
import { noSeats, type SeatFilter, type SeatPage } from './seat-page.ts';

export interface ReservationRooms {
  readonly reservations: Reservations;
  readonly catalog: Catalog;
  readonly gate: Gate;
  readonly accounts: Pick<Accounts, 'identify'>;
  readonly waitingRoom: Pick<WaitingRoom, 'numbers' | 'settings'>;
}

export function reservationRoutes(app: App, rooms: ReservationRooms): void {
  saleRoutes(app, rooms);
  seatRoutes(app, rooms);
  holdRoutes(app, rooms);
}

/** A, H and R by the code of a seat's status. */
const status_letters = [65, 72, 82] as const;

function saleRoutes(app: App, { reservations, catalog, gate, waitingRoom }: ReservationRooms): void {
  app.route({
    ...route('getSale'),
    handler: async (request) => {
      const { concertId } = request.params;
      const numbers = await waitingRoom.numbers(concertId);
      if (numbers === undefined) throw refuse('NOT_FOUND');
      const { seats, grades, performances } = await reservations.standing(concertId);
      const { waiting, admittedPerMinute, boundToSupply } = numbers;
      const notice = noticeOf(numbers, languageOf(request.headers['accept-language']));
      return {
        concertId,
        seats,
        grades: [...grades],
        performances: [...performances],
        waiting,
        admittedPerMinute,
        notice,
        ...(boundToSupply && { boundToSupply }),
      };
    },
  });

  app.route({
    ...route('getSeatMap'),
    handler: async (request) => {
      const pass = await gate.admitted(request);
      const performance = await ownPerformance(catalog, pass, request.params.performanceId);
      const [{ board }, settings] = await Promise.all([
        reservations.seatBoard(performance),
        waitingRoom.settings(pass.concertId),
      ]);
      return {
        performanceId: performance.id,
        startsAt: performance.startsAt,
        maxSeatsPerFan: settings?.maxSeatsPerFan ?? 1,
        sections: [...performance.sections],
        statuses: Buffer.from(board.codes.map((code) => status_letters[code as SeatCode])).toString('latin1'),
      };
    },
  });
}

function seatRoutes(app: App, { reservations, catalog, gate }: ReservationRooms): void {
  app.route({
    ...route('listPerformances'),
    handler: async (request) => {
      const { concertId } = request.params;
      const pass = await gate.admitted(request);
      if (pass.concertId !== concertId)
        throw refuse((await catalog.concert(concertId)) === undefined ? 'NOT_FOUND' : 'FORBIDDEN');
      const [performances, sales] = await Promise.all([
        catalog.performancesOf(concertId),
        reservations.sales([concertId]),
      ]);
      const ended = new Set(sales.get(concertId)?.ended);
      const all = await Promise.all(
        performances.map(async (performance) => {
          const { id, startsAt, status, seatsTotal } = performance;
          const { board } = await reservations.seatBoard(performance);
          return { id, concertId, startsAt, status, seatsTotal, seatsAvailable: board.available };
        }),
      );
      return {
        performances:
          request.query.status === 'all'
            ? all
            : all.filter(
                ({ id, status, seatsAvailable }) => seatsAvailable > 0 && status === 'SCHEDULED' && !ended.has(id),
              ),
      };
    },
  });

  app.route({
    ...route('listSeats'),
    // Whose turn it is and the seats are nearly always in memory: then nothing is waited for.
    handler: (request, reply) => {
      const { performanceId } = request.params;
      const filter = request.query.status ?? 'available';
      const pass = gate.admitted(request);
      const known = pass instanceof Promise ? undefined : knownSeats({ reservations, catalog }, pass, performanceId);
      if (known !== undefined) return sendSeats(request, reply, pageOf(known, filter));
      return Promise.resolve(pass)
        .then((own) => ownPerformance(catalog, own, performanceId))
        .then(async (performance) => ({ performance, kept: await reservations.seatBoard(performance) }))
        .then((seats) => sendSeats(request, reply, pageOf(seats, filter)));
    },
  });

  app.route({
    ...route('streamSeats'),
    handler: async (request, reply) => {
      const pass = await inTime(Promise.resolve(gate.admitted(request)));
      const performance = await inTime(ownPerformance(catalog, pass, request.params.performanceId));
      // A stream outlives its request by hours, so of that it keeps no more than this.
      const asking = { headers: { 'queue-token': request.headers['queue-token'] } };
      await reservations.events.follow(performance, openEventStream(request, reply), async () => {
        if (!gate.isActive(pass)) await gate.admitted(asking);
      });
    },
  });
}

/** What is said to those who are not inside, who may have been. */
const outside: ReadonlySet<string> = new Set(['NOT_ADMITTED', 'ADMISSION_EXPIRED'] satisfies RefusalCode[]);

function holdRoutes(app: App, { reservations, gate, accounts }: ReservationRooms): void {
  const holdOnce = async (request: FastifyRequest, wish: KeyedWish): Promise<Once<Reservation>> => {
    let pass: Pass;
    try {
      pass = await gate.admitted(request);
    } catch (error) {
      if (!(error instanceof Refusal) || !outside.has(error.code)) throw error;
      // A repeat may come after the turn. It is looked for beside the holds: those who wait outside do not stand in their way.
      const own = gate.pass(request);
      const answer = await reservations.heldBefore(own, wish);
      if (answer !== undefined) return { answer, replayed: true };
      // A first try that is under way may extend the session, and nobody sees it yet: behind it, under lock, this is decided.
      if (error.fields['expiredBecause'] !== 'SESSION_ENDED') throw error;
      return reservations.holdOnce(own, wish);
    }
    return reservations.holdOnce(pass, wish);
  };
  app.route({
    ...route('createReservation'),
    handler: async (request, reply) => {
      const { performanceId, seatNumbers } = request.body;
      const { 'idempotency-key': key } = request.headers;
      if (key === undefined) {
        // Whoever is not admitted is turned away here; the hold decides it again, under lock.
        const pass = await gate.admitted(request);
        return reply.code(201).send(await reservations.hold(pass, performanceId, seatNumbers));
      }
      const { answer, replayed } = await holdOnce(request, { performanceId, seatNumbers, key });
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply.code(201).send(answer);
    },
  });
  app.route({
    ...route('listReservations'),
    handler: async (request) => {
      const { userId } = await accounts.identify(request);
      return reservations.list(userId, { limit: request.query.limit ?? 50, cursor: request.query.cursor });
    },
  });
  app.route({
    ...route('getReservation'),
    handler: async (request) => {
      const { userId } = await accounts.identify(request);
      return reservations.get(userId, request.params.id);
    },
  });
  app.route({
    ...route('cancelReservation'),
    handler: async (request, reply) => {
      const { userId } = await accounts.identify(request);
      await reservations.cancel(userId, request.params.id);
      return reply.code(204).send();
    },
  });
}

/** The token first, then whether there is such a performance, then whether the token is for it. */
async function ownPerformance(catalog: Catalog, pass: Pass, performanceId: string): Promise<Performance> {
  const performance = await catalog.performance(performanceId);
  if (performance === undefined) throw refuse('NOT_FOUND');
  if (performance.concertId !== pass.concertId) throw refuse('FORBIDDEN');
  return performance;
}

interface Seats {
  readonly performance: Performance;
  readonly kept: KeptBoard;
}

/** A date and its seats, if both are in memory and of the pass's concert. */
function knownSeats(
  { reservations, catalog }: Pick<ReservationRooms, 'reservations' | 'catalog'>,
  pass: Pass,
  performanceId: string,
): Seats | undefined {
  const performance = catalog.known(performanceId);
  const kept = reservations.knownSeatBoard(performanceId, pass.concertId);
  return performance === undefined || kept === undefined ? undefined : { performance, kept };
}

type ShownPage = Pick<SeatPage, 'etag' | 'pieces'>;

/** Of a date that was called off no seat can be had, whatever became of those that were sold. */
function pageOf({ performance, kept }: Seats, filter: SeatFilter): ShownPage {
  return performance.status === 'CANCELLED' && filter === 'available' ? noSeats(performance) : kept.page(filter);
}

const seats_path = /^\/api\/v1\/performances\/([a-z0-9-]{1,64})\/seats(?:\?status=(available|all))?$/;

/** GET /performances/{id}/seats of a hall that is known here and is one piece. */
export function seatsShortcut(rooms: Pick<ReservationRooms, 'gate' | 'reservations' | 'catalog'>): Shortcut {
  return (url, headers) => {
    const [, performanceId, filter = 'available'] = seats_path.exec(url) ?? [];
    if (performanceId === undefined || headers['if-none-match'] !== undefined) return undefined;
    const pass = rooms.gate.knownAdmitted(headers);
    const known = pass === undefined ? undefined : knownSeats(rooms, pass, performanceId);
    if (known === undefined) return undefined;
    const page = pageOf(known, filter as SeatFilter);
    const [body, ...more] = page.pieces();
    return body === undefined || more.length > 0
      ? undefined
      : { body, headers: ['etag', page.etag, 'cache-control', seats_kept, 'content-type', json] };
  };
}

const seats_kept = 'private, no-cache';
const json = 'application/json; charset=utf-8';

function sendSeats(request: FastifyRequest, reply: FastifyReply, page: ShownPage): FastifyReply {
  const { etag } = page;
  reply.header('etag', etag).header('cache-control', seats_kept);
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
  reply.header('content-type', json);
  const pieces = page.pieces();
  const [only] = pieces;
  if (pieces.length === 1) return reply.send(only);
  reply.header(
    'content-length',
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  );
  // Many slow readers then share the pieces, instead of each keeping megabytes of its own.
  return reply.send(Readable.from(pieces));
}

/** RFC 9110: If-None-Match compares weakly, against a list or `*`. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag || header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
