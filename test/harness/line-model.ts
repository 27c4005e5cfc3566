/**
 * A line told in the plainest way, one record a fan: what a board must agree with, however it is kept. It makes the
 * news that the database would send, so that a board can follow it.
 */
import assert from 'node:assert/strict';
import type { Board, Change, EndReason, News, Settings, Snapshot, Standing } from '../../src/waiting-room/board.ts';
import { passOf, type Pass } from '../../src/waiting-room/tokens.ts';

interface Place {
  readonly number: number;
  state: 'waiting' | 'passed over' | 'active' | 'ended';
  because?: EndReason;
  expiresAt?: number;
  claimed?: boolean;
  /** How often its tokens were made void. */
  generation: number;
}

export const settings: Settings = {
  maxActive: 3,
  sessionSeconds: 600,
  holdSeconds: 300,
  graceSeconds: 20,
  maxSeatsPerFan: 4,
  boundToSupply: false,
  paused: null,
  pauseReasons: null,
};

export type Step =
  | { readonly do: 'join'; readonly count: number }
  | { readonly do: 'admit' | 'pass over' | 'readmit' | 'withdraw' | 'void'; readonly which: number }
  | { readonly do: 'end'; readonly which: number; readonly because: EndReason };

export class LineModel {
  readonly places: Place[] = [];
  version = 0;
  head = 0;

  get front(): number {
    return this.places.length;
  }

  /** Carries out steps as one transaction; one that cannot be done now is left out. */
  transact(steps: readonly Step[]): News {
    const changes = steps.flatMap((step) => this.step(step));
    this.version += 1;
    const { version, head, front } = this;
    return { concertId: 'c', version, head, front, lastNumber: this.places.length, changes };
  }

  /** What the database would answer to a server that reads it now. */
  snapshot(): Snapshot {
    const { version, head, front, places } = this;
    return {
      concertId: 'c',
      version,
      head,
      front,
      lastNumber: places.length,
      settings,
      active: this.in('active').map(({ number, expiresAt = 0, claimed = false }) => ({
        entry: number,
        expiresAt,
        claimed,
        mark: this.pass(number).mark,
      })),
      reissued: places
        .filter(({ state, generation }) => state !== 'ended' && generation > 0)
        .map(({ number }) => ({ entry: number, mark: this.pass(number).mark })),
      passedOver: this.in('passed over').map(({ number }) => ({ entry: number, number })),
      departed: this.in('ended')
        .filter(({ number }) => number > head)
        .map(({ number }) => number),
    };
  }

  /** Who stands where: those passed over are served first, among themselves by number; the others after the head. */
  standing(number: number): Exclude<Standing, { status: 'unknown' }> {
    const place = this.places[number - 1];
    if (place === undefined) throw new Error(`nobody has number ${number}`);
    const { state, because = 'LEFT', expiresAt = 0, claimed = false } = place;
    if (state === 'ended') return { status: 'EXPIRED', because };
    if (state === 'active') return { status: 'ACTIVE', session: { expiresAt, claimed, mark: this.pass(number).mark } };
    return { status: 'WAIT', position: this.in(state).filter((other) => other.number <= number).length };
  }

  /** The newest token of a place. */
  pass(number: number): Pass {
    const { generation = 0 } = this.places[number - 1] ?? {};
    return passOf({ concertId: 'c', userId: `fan ${number}`, entry: number, generation });
  }

  get waiting(): number {
    return this.in('waiting').length + this.in('passed over').length;
  }

  in(state: Place['state']): Place[] {
    return this.places.filter((place) => place.state === state);
  }

  private step(step: Step): Change[] {
    if (step.do === 'join') {
      for (let more = step.count; more > 0; more--) {
        this.places.push({ number: this.places.length + 1, state: 'waiting', generation: 0 });
      }
      return [];
    }
    if (step.do === 'end') return this.end(step.which, step.because);
    if (step.do === 'void') return this.voidTokens(step.which);
    if (step.do === 'withdraw') return this.passOver(pick(this.in('active'), step.which));
    if (step.do === 'readmit') return this.admit(pick(this.in('passed over'), step.which), step.which);
    const [next] = this.in('waiting');
    if (next !== undefined) this.head = next.number;
    return step.do === 'admit' ? this.admit(next, step.which) : this.passOver(next);
  }

  private admit(place: Place | undefined, dice: number): Change[] {
    if (place === undefined) return [];
    Object.assign(place, { state: 'active', expiresAt: 1_000 + dice, claimed: dice % 2 === 0 });
    return [['admitted', place.number, place.number, 1_000 + dice, dice % 2 === 0, this.pass(place.number).mark]];
  }

  private voidTokens(which: number): Change[] {
    const live = this.places.filter(({ state }) => state !== 'ended');
    const place = pick(live, which);
    if (place === undefined) return [];
    place.generation += 1;
    return [['tokens voided', place.number, place.number, this.pass(place.number).mark]];
  }

  private passOver(place: Place | undefined): Change[] {
    if (place === undefined) return [];
    place.state = 'passed over';
    return [['passed over', place.number, place.number]];
  }

  private end(which: number, reason: EndReason): Change[] {
    const place = pick(
      this.places.filter(({ state }) => state !== 'ended'),
      which,
    );
    if (place === undefined) return [];
    // Who waits beyond the head can only leave.
    const because = place.state === 'waiting' ? 'LEFT' : reason;
    Object.assign(place, { state: 'ended', because });
    return [['ended', place.number, place.number, because]];
  }
}

function pick<T>(all: readonly T[], dice: number): T | undefined {
  return all[dice % Math.max(1, all.length)];
}

/** What tokens are told: the newest of the fan's own, the one before, and one of a fan whose number it was before a restore. */
export function assertTellsApart(board: Board, line: LineModel, number: number): void {
  const standing = board.standing(number);
  const own = line.pass(number);
  const told = board.standingOf(own);
  const isEnded = line.places[number - 1]?.state === 'ended';
  if (own.generation > 0 && isEnded && told.status === 'unknown') return;
  assert.deepEqual(told, standing);
  const before = passOf({ ...own, generation: own.generation - 1 });
  if (own.generation > 0 && !isEnded) assert.equal(board.standingOf(before).status, 'unknown');
  const stranger = passOf({ ...own, userId: 'another fan', generation: 0 });
  const toldStranger = board.standingOf(stranger).status;
  if (standing.status === 'ACTIVE' || (own.generation > 0 && !isEnded)) assert.equal(toldStranger, 'unknown');
  assert.equal(board.isActive(stranger), false);
  assert.equal(board.isActive(own), standing.status === 'ACTIVE');
}
