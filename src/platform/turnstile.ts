/**
 * Requests are taken up a few at a time, from each line in turn. The event loop hands over every socket that is readable
 * before it looks at anything else, the database's answers included: without this, whoever asks while hundreds of others
 * have just asked waits for all of them, and a crowd at one concert slows down every other, and its own payments.
 */
import type { IncomingMessage, Server } from 'node:http';
import { standBefore } from './request-listener.ts';

export interface Turnstile {
  /** Takes the task up at once if this turn of the event loop has room for it, else when its line's turn comes. */
  enter(line: string, task: () => void): void;
  /** A connection was accepted: there may be more, and one turn of the event loop accepts one. */
  connected(): void;
  /** How many wait. */
  readonly waiting: number;
}

/** A request takes 20 to 60 µs until it is answered or waits for the database, so a turn is over within a millisecond. */
const tasks_per_turn = 16;
/**
 * libuv accepts one connection in a turn of the event loop. As long as they come, turns are short: else a thousand fans
 * who arrive together would need a second to get through the door, and longer than the kernel keeps them before it.
 */
const tasks_beside_a_connection = 2;

interface Waiting {
  readonly task: () => void;
  behind: Waiting | undefined;
}

interface Line {
  first: Waiting;
  last: Waiting;
}

export function createTurnstile(perTurn = tasks_per_turn): Turnstile {
  /** In the order of their turns; none is empty. */
  const lines = new Map<string, Line>();
  let waiting = 0;
  let room = perTurn;
  let isScheduled = false;
  let hasConnected = false;

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(turn);
  };
  const turn = (): void => {
    isScheduled = false;
    room = hasConnected ? Math.min(perTurn, tasks_beside_a_connection) : perTurn;
    hasConnected = false;
    if (waiting > 0) schedule();
    for (const [name, line] of lines) {
      if (room === 0) return;
      // To the end of the lines, where this loop meets it again.
      lines.delete(name);
      const { first } = line;
      const { task, behind } = first;
      if (behind !== undefined) {
        // A dead link that has got old would keep all behind it from being collected while young, however short it waits.
        first.behind = undefined;
        line.first = behind;
        lines.set(name, line);
      }
      room -= 1;
      waiting -= 1;
      task();
    }
  };

  return {
    enter: (name, task) => {
      schedule();
      if (room > 0 && waiting === 0) {
        room -= 1;
        task();
        return;
      }
      waiting += 1;
      const last: Waiting = { task, behind: undefined };
      const line = lines.get(name);
      if (line === undefined) {
        lines.set(name, { first: last, last });
      } else {
        line.last.behind = last;
        line.last = last;
      }
    },
    connected: () => {
      hasConnected = true;
    },
    get waiting() {
      return waiting;
    },
  };
}

/**
 * Puts a turnstile before what the server does with a request. `lineOf` says whom a request waits with; what a client
 * claims is good enough, for a line of its own gives nobody more than one turn among all.
 */
export function mountTurnstile(
  server: Pick<Server, 'listeners' | 'removeAllListeners' | 'on'>,
  lineOf: (request: IncomingMessage) => string,
): Turnstile {
  const turnstile = createTurnstile();
  server.on('connection', turnstile.connected);
  standBefore(server, (serve) => (request, response) => {
    turnstile.enter(lineOf(request), () => {
      // Who left while waiting has asked for nothing.
      if (!request.socket.destroyed) serve(request, response);
    });
  });
  return turnstile;
}
