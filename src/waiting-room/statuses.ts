/** Telling fans where they stand; whoever asks gives a sign of life. */
import { CutOffError } from '../platform/lane.ts';
import type { Board } from './board.ts';
import type { Boards } from './boards.ts';
import type { Known } from './look-up.ts';
import type { Presence } from './presence.ts';
import { describe, type QueueStatus, type Reader } from './status.ts';
import type { Pass } from './tokens.ts';

interface StatusDeps {
  readonly boards: Boards;
  readonly presence: Pick<Presence, 'sign' | 'isUnheard'>;
  openBoard(concertId: string): Promise<Board>;
  lookUp(board: Board, pass: Pass): Promise<Known>;
}

/** A line that is bound to its seats is not told of without them: only then are they asked about. */
const isCounted = ({ settings, supply }: Board): boolean => !settings.boundToSupply || supply !== undefined;

function knownOn(board: Board, pass: Pass, reader?: Reader): QueueStatus | undefined {
  const standing = board.standingOf(pass);
  return standing.status === 'unknown' ? undefined : describe(board, standing, reader);
}

type OnBoard = (board: Board, pass: Pass, reader?: Reader) => QueueStatus | Promise<QueueStatus>;

export function createStatuses({ boards, presence, openBoard, lookUp }: StatusDeps) {
  const statusOn: OnBoard = (board, pass, reader) =>
    knownOn(board, pass, reader) ?? lookUp(board, pass).then((known) => describe(board, known, reader));
  const heardOn: OnBoard = (board, pass, reader) => {
    presence.sign(board, pass);
    if (presence.isUnheard(board, pass.entry)) throw new CutOffError('the line');
    return statusOn(board, pass, reader);
  };
  return {
    statusOn,
    status: (pass: Pass, reader?: Reader): QueueStatus | Promise<QueueStatus> => {
      const board = boards.peek(pass.concertId);
      return board === undefined || !isCounted(board)
        ? openBoard(pass.concertId).then((opened) => heardOn(opened, pass, reader))
        : heardOn(board, pass, reader);
    },
    knownStatus: (pass: Pass, reader?: Reader): QueueStatus | undefined => {
      const board = boards.peek(pass.concertId);
      if (board === undefined || !isCounted(board)) return undefined;
      presence.sign(board, pass);
      return presence.isUnheard(board, pass.entry) ? undefined : knownOn(board, pass, reader);
    },
    present: (pass: Pass): boolean => {
      const board = boards.peek(pass.concertId);
      if (board !== undefined) {
        presence.sign(board, pass);
        return !presence.isUnheard(board, pass.entry);
      }
      // Where nobody has asked yet about this line, the sign is given when it is known.
      boards.open(pass.concertId).then(
        (opened) => opened && presence.sign(opened, pass),
        () => undefined,
      );
      return true;
    },
  };
}
