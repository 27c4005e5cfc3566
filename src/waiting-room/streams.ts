/**
 * Open status streams. After a change of a board each fan whose answer changed is told: who is admitted or ended at
 * once, a new position as often as a poll would have asked. One pass over the streams per change, no queries.
 */
import type { EventStream } from '../platform/event-stream.ts';
import { CutOffError } from '../platform/lane.ts';
import type { Duty } from '../platform/ticker.ts';
import type { Board } from './board.ts';
import type { QueueStatus, WaitingRoom } from './gate.ts';
import type { Pass } from './tokens.ts';

export interface StatusStreams {
  /** Tells this status and on every change the new one, until the place has ended or the client goes. */
  add(pass: Pass, stream: EventStream, status: QueueStatus): void;
  readonly duty: Duty;
}

interface Follower {
  readonly pass: Pass;
  readonly stream: EventStream;
  told: QueueStatus;
  /** In milliseconds of this process's steady clock: a mere change of position waits until then. */
  positionDueAt: number;
}

const tick_ms = 100;
/** An open stream is a sign of life; this often it is given. */
const present_every_ms = 1_000;

export function createStatusStreams(waitingRoom: Pick<WaitingRoom, 'status' | 'boards' | 'present'>): StatusStreams {
  const followers = new Map<string, Set<Follower>>();
  const revisions = new Map<string, number>();
  let presentAt = 0;

  const tell = (follower: Follower, status: QueueStatus): void => {
    follower.told = status;
    follower.positionDueAt = performance.now() + (status.pollAfterSeconds - 1) * 1_000;
    follower.stream.send('status', JSON.stringify(status));
    if (status.status === 'EXPIRED') follower.stream.close();
  };

  const update = (follower: Follower): void => {
    const status = statusOf(waitingRoom, follower);
    if (status instanceof Promise) {
      status.then((known) => tellIfNew(follower, known)).catch(() => follower.stream.close());
    } else if (status !== undefined) {
      tellIfNew(follower, status);
    }
  };

  const tellIfNew = (follower: Follower, status: QueueStatus): void => {
    const { told } = follower;
    if (told.status !== status.status || told.notice !== status.notice || told.expiresAt !== status.expiresAt)
      tell(follower, status);
    else if (told.position !== status.position && performance.now() >= follower.positionDueAt) tell(follower, status);
  };

  const followBoard = (board: Board, signing: boolean): void => {
    const here = followers.get(board.concertId);
    if (here === undefined) return;
    // Positions that were not due at the last change come due while nothing changes, so the second is a reason too.
    const changed = revisions.get(board.concertId) !== board.revision;
    revisions.set(board.concertId, board.revision);
    if (!changed && !signing) return;
    for (const follower of here) update(follower);
  };

  return {
    add: (pass, stream, status) => {
      const follower: Follower = { pass, stream, told: status, positionDueAt: 0 };
      const here = followers.get(pass.concertId) ?? new Set();
      followers.set(pass.concertId, here.add(follower));
      stream.onClose(() => {
        here.delete(follower);
        if (here.size > 0 || followers.get(pass.concertId) !== here) return;
        followers.delete(pass.concertId);
        revisions.delete(pass.concertId);
      });
      tell(follower, status);
    },
    duty: {
      name: 'line.streams',
      everyMs: tick_ms,
      run: async () => {
        const signing = performance.now() - presentAt >= present_every_ms;
        if (signing) presentAt = performance.now();
        for (const concertId of followers.keys()) {
          const board = waitingRoom.boards.peek(concertId);
          if (board !== undefined) followBoard(board, signing);
        }
      },
    },
  };
}

/** Undefined: this server can be of no use to the fan. The stream is closed, and the browser opens another. */
function statusOf({ status }: Pick<WaitingRoom, 'status'>, { pass, stream }: Follower) {
  try {
    return status(pass);
  } catch (error) {
    if (!(error instanceof CutOffError)) throw error;
    stream.close();
    return undefined;
  }
}
