/** The line over HTTP: take a place, ask where it stands, follow it, leave it. */
import type { Accounts } from '../accounts/accounts.ts';
import { contract, route, type App } from '../contract.ts';
import { openEventStream } from '../platform/event-stream.ts';
import { inTime } from '../platform/in-time.ts';
import type { Shortcut } from '../platform/shortcuts.ts';
import type { Duty } from '../platform/ticker.ts';
import { refuse } from '../refusals.ts';
import type { WaitingRoom } from './gate.ts';
import { readerOf } from './status.ts';
import { createStatusStreams } from './streams.ts';

/** Mounts the routes; answers the duties that their streams bring. */
export function waitingRoomRoutes(
  app: App,
  { accounts, waitingRoom }: { accounts: Accounts; waitingRoom: WaitingRoom },
): readonly Duty[] {
  const { gate } = waitingRoom;
  const streams = createStatusStreams(waitingRoom);

  app.route({
    ...route('issueQueueToken'),
    handler: async (request, reply) => {
      const { userId } = await accounts.identify(request);
      const { token, isNew, isReissued, status } = await waitingRoom.issue(
        request.params.concertId,
        userId,
        readerOf(request.headers),
      );
      // Sessions end before tokens are made void, so whoever got here with an ended one is found out now, whatever the order.
      if (isReissued && !(await accounts.isSignedInStill(request))) throw refuse('UNAUTHENTICATED');
      return reply.code(isNew ? 201 : 200).send({ token, ...status });
    },
  });

  app.route({
    ...route('listQueueTokens'),
    handler: async (request) => {
      const { userId } = await accounts.identify(request);
      const { places, isReissued } = await waitingRoom.livePlaces.of(userId);
      // The same as for one place: good tokens are for whoever is signed in still.
      if (isReissued && !(await accounts.isSignedInStill(request))) throw refuse('UNAUTHENTICATED');
      return { places };
    },
  });

  app.route({
    ...route('getQueueToken'),
    // Known at once but for ends of long ago: no promise, so no iteration of the event loop, on the busiest path of all.
    handler: (request, reply) => {
      const status = waitingRoom.status(gate.pass(request), readerOf(request.headers));
      if (status instanceof Promise) return status;
      reply.send(status);
      return undefined;
    },
  });

  app.route({
    ...route('streamQueueToken'),
    handler: async (request, reply) => {
      const pass = gate.pass(request);
      const reader = readerOf(request.headers);
      const status = await inTime(Promise.resolve(waitingRoom.status(pass, reader)));
      streams.add({ pass, language: reader() }, openEventStream(request, reply), status);
      return reply;
    },
  });

  app.route({
    ...route('leaveQueue'),
    handler: async (request, reply) => {
      await waitingRoom.leave(gate.pass(request));
      return reply.code(204).send();
    },
  });

  return [streams.duty];
}

const json = ['cache-control', 'no-store', 'content-type', 'application/json; charset=utf-8'];

/** GET /queue-token of a fan whose standing is on the board. */
export function statusShortcut({ gate, knownStatus }: Pick<WaitingRoom, 'gate' | 'knownStatus'>): Shortcut {
  return (url, headers) => {
    if (url !== contract.getQueueToken.url) return undefined;
    const pass = gate.read(headers);
    const status = pass === undefined ? undefined : knownStatus(pass, readerOf(headers));
    return status === undefined ? undefined : { body: JSON.stringify(status), headers: json };
  };
}
