/**
 * One clock: the times that answers tell come from the database. Each hold, payment and cancellation tells a moment between
 * its sending and its answer; if no single difference of clocks explains them all, some server told its own time.
 */
import type { Call } from '../history.ts';
import { createFinding, type CreateCheck } from './check.ts';

/** Two machines' clocks drift apart and are put right during a long sale. */
const drift_ms_max = 100;

export const checkClock: CreateCheck = (terms) => {
  const clock = createFinding('All times told are of one clock');
  const hold_ms = terms.holdSeconds * 1_000;
  let least = { ahead: -Infinity, what: '' };
  let most = { ahead: Infinity, what: '' };
  return {
    take: (call) => {
      const told = momentOf(call, hold_ms);
      if (told === undefined || call.end === null) return;
      clock.count();
      const what = `the ${call.op} of fan ${call.fan} at ${Math.round(call.start)}`;
      if (told - call.end > least.ahead) least = { ahead: told - call.end, what };
      if (told - call.start < most.ahead) most = { ahead: told - call.start, what };
    },
    finish: () => {
      if (least.ahead > most.ahead + drift_ms_max)
        clock.violation(
          `${least.what} told a time at least ${Math.round(least.ahead)} ms ahead, ${most.what} at most ${Math.round(most.ahead)} ms`,
        );
      return [clock.done()];
    },
  };
};

/** The moment, by the service's clock, at which a call took effect; undefined if its answer does not tell. */
function momentOf({ op, status, facts }: Call, hold_ms: number): number | undefined {
  // A replay tells the time of the first answer.
  if (status !== 201 || facts.again === true) return undefined;
  if (op === 'hold') return facts.heldUntil === undefined ? undefined : facts.heldUntil - hold_ms;
  if (op === 'cancel-paid' || op === 'cancel-for-fan') return facts.at;
  return op === 'pay' ? facts.paidAt : undefined;
}
