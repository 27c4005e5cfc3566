/**
 * Open status streams. Each fan whose answer changed is told: who is admitted or ended first and at once, a new position
 * as often as a poll would have asked. Nobody is looked at who is not concerned, a slice is told in an iteration of the
 * event loop, and the database is asked only for ends of long ago.
 */
import { inSlices } from '../platform/each.ts';
import type { EventStream } from '../platform/event-stream.ts';
import { CutOffError } from '../platform/lane.ts';
import { createBell, rest, type Duty } from '../platform/ticker.ts';
import { nowSeconds, numberOf, type Board } from './board.ts';
import { Followers, put, Ticks, type Follower } from './followers.ts';
import type { QueueStatus, WaitingRoom } from './gate.ts';
import { endOf, outlookOn, wordingOf } from './status.ts';

export interface StatusStreams {
  /** Tells this status and on every change the new one, until the place has ended or the client goes. */
  add(who: Pick<Follower, 'pass' | 'language'>, stream: EventStream, status: QueueStatus): void;
  readonly duty: Duty;
}

const tick_ms = 100;
/** An open stream is a sign of life; this often it is given. */
const present_every_ms = 1_000;
/** Who may be near the head by now while nobody here heard of it; see `Presence`. */
const unheard_reach = 2;

function startOn(board: Board): Followers {
  const line = new Followers(board);
  line.outlook = line.outlookTold = outlookOn(board, nowSeconds());
  return line;
}

type Lines = ReadonlyMap<string, Followers>;

export function createStatusStreams(waitingRoom: Pick<WaitingRoom, 'status' | 'boards' | 'present'>): StatusStreams {
  const { boards, present } = waitingRoom;
  const lines = new Map<string, Followers>();
  const ticks = new Ticks();
  const bell = createBell();
  const { tell, update } = createTelling(waitingRoom, ticks);
  let presentAt = 0;

  boards.onChange(({ concertId, entries }) => {
    const line = lines.get(concertId);
    if (line === undefined) return;
    if (entries === undefined) line.isAllTouched = true;
    else line.touch(entries);
  });

  const sign = (follower: Follower): void => {
    const { pass, line, stream } = follower;
    if (!present(pass)) stream.close();
    else if (line.board.active.get(pass.entry)?.claimed === true) line.behind.delete(follower);
  };
  const signAll = async (): Promise<void> => {
    for (const [concertId, line] of lines) {
      const board = boards.peek(concertId);
      // One that was dropped and read anew has told nobody what changed meanwhile.
      if (board !== undefined && board !== line.board) line.follow(board);
    }
    const now = nowSeconds();
    for (const line of lines.values()) line.outlook = outlookOn(line.board, now);
    await inSlices(near(lines), sign);
  };

  return {
    add: ({ pass, language }, stream, status) => {
      const board = boards.peek(pass.concertId);
      const line = lines.get(pass.concertId) ?? (board === undefined ? undefined : startOn(board));
      // The browser opens another stream.
      if (line === undefined) return stream.close();
      const told = toldOf(status);
      const follower: Follower = { pass, language, stream, line, ...told, outlook: line.outlook, place: undefined };
      lines.set(pass.concertId, line);
      line.add(follower);
      bell.ring();
      stream.onClose(() => {
        line.remove(follower);
        if (line.isEmpty && lines.get(pass.concertId) === line) lines.delete(pass.concertId);
      });
      tell(follower, status);
      // What changed since the status was asked for.
      if (!stream.closed) line.touched.add(follower);
    },
    duty: {
      name: 'line.streams',
      everyMs: tick_ms,
      bell,
      run: async () => {
        if (performance.now() - presentAt >= present_every_ms) {
          presentAt = performance.now();
          await signAll();
        }
        for (const line of lines.values()) line.wordings = {};
        await inSlices(concerned(lines, ticks), update);
        return lines.size === 0 ? rest() : undefined;
      },
    },
  };
}

/** All who are to be looked at now; those whose standing changed before all others, also if they come meanwhile. */
function* concerned(lines: Lines, ticks: Ticks): Iterable<Follower> {
  yield* touchedOf(lines);
  for (const follower of ticks.due()) {
    put(follower, follower.line.ripe);
    yield follower;
  }
  for (const line of lines.values()) {
    if (line.isAllTouched) {
      line.isAllTouched = false;
      yield* line.all();
    }
    if (line.moves === line.board.moves && line.outlook === line.outlookTold) continue;
    line.moves = line.board.moves;
    line.outlookTold = line.outlook;
    for (const follower of line.ripened()) {
      if (line.touched.size > 0) yield* touchedOf(lines);
      yield follower;
    }
  }
}

function* touchedOf(lines: Lines): Iterable<Follower> {
  for (const { touched } of lines.values()) {
    for (const follower of touched) {
      touched.delete(follower);
      yield follower;
    }
  }
}

/** All whose sign of life may matter. */
function* near(lines: Lines): Iterable<Follower> {
  for (const line of lines.values()) {
    const { head, front } = line.board;
    yield* line.behind;
    yield* line.between(head + 1, head + (front - head) * unheard_reach);
  }
}

function createTelling({ status: statusOf }: Pick<WaitingRoom, 'status'>, ticks: Ticks) {
  /** A mere position waits as long as a poll would have. */
  const putOff = (follower: Follower, pollAfterSeconds: number): void =>
    put(follower, ticks.in((pollAfterSeconds - 1) * 1_000));

  const tell = (follower: Follower, status: QueueStatus): void => {
    if (follower.stream.closed) return;
    Object.assign(follower, toldOf(status), { outlook: follower.line.outlook });
    if (status.status === 'WAIT') putOff(follower, status.pollAfterSeconds);
    else put(follower, follower.line.resting);
    follower.stream.send('status', JSON.stringify(status));
    if (status.status === 'EXPIRED') follower.stream.close();
  };

  const askAndTell = (follower: Follower): void => {
    const { pass, language, stream, line } = follower;
    put(follower, line.resting);
    try {
      const status = statusOf(pass, () => language);
      if (status instanceof Promise)
        status.then(
          (known) => tell(follower, known),
          () => stream.close(),
        );
      else tell(follower, status);
    } catch (error) {
      // This server can be of no use to the fan: the browser opens another stream.
      stream.close();
      if (!(error instanceof CutOffError)) throw error;
    }
  };

  /** Tells one who waits what is new: the reason of a pause at once, a position when it is due. */
  const tellWait = (follower: Follower, position: number): void => {
    const { line, stream, language } = follower;
    const { notice, wait } = (line.wordings[language] ??= wordingOf(line.board, language));
    if (follower.status === 'WAIT' && follower.remark === notice) {
      if (ticks.has(follower)) return;
      if (follower.position === position && follower.outlook === line.outlook) return put(follower, line.ripe);
    }
    const { text, pollAfterSeconds } = wait(position);
    follower.status = 'WAIT';
    follower.position = position;
    follower.remark = notice;
    follower.outlook = line.outlook;
    putOff(follower, pollAfterSeconds);
    stream.send('status', text);
  };

  /** Tells a fan what is new, if anything is. */
  const update = (follower: Follower): void => {
    const { line, pass, stream } = follower;
    if (stream.closed) return;
    const standing = line.board.standingOf(pass);
    if (numberOf(pass.entry) <= line.board.head) line.behind.add(follower);
    if (standing.status === 'WAIT') return tellWait(follower, standing.position);
    const isTold = standing.status === 'ACTIVE' && follower.remark === endOf(standing.session);
    if (follower.status !== 'ACTIVE' || !isTold) askAndTell(follower);
  };
  return { tell, update };
}

function toldOf({
  status,
  position,
  expiresAt,
  notice,
}: QueueStatus): Pick<Follower, 'status' | 'position' | 'remark'> {
  return { status, position, remark: status === 'WAIT' ? notice : expiresAt };
}
