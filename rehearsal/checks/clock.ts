/**
 * One clock: the times that answers tell come from the database. Each hold and each payment tells a moment between
 * its sending and its answer; if no single difference of clocks explains them all, some server told its own time.
 */
import { createFinding, type CreateCheck } from './check.ts';

/** Two machines' clocks drift apart and are put right during a long sale. */
const drift_ms_max = 100;

export const checkClock: CreateCheck = (terms) => {
  const clock = createFinding('All times told are of one clock');
  const hold_ms = terms.holdSeconds * 1_000;
  let least = { ahead: -Infinity, what: '' };
  let most = { ahead: Infinity, what: '' };
  return {
    take: ({ op, start, end, status, facts, fan }) => {
      if (status !== 201 || end === null || (op !== 'hold' && op !== 'pay')) return;
      // A replay tells the time of the first answer.
      if (op === 'pay' && facts.again === true) return;
      const told = op === 'hold' ? (facts.heldUntil ?? Number.NaN) - hold_ms : (facts.paidAt ?? Number.NaN);
      if (Number.isNaN(told)) return;
      clock.count();
      const what = `the ${op} of fan ${fan} at ${Math.round(start)}`;
      if (told - end > least.ahead) least = { ahead: told - end, what };
      if (told - start < most.ahead) most = { ahead: told - start, what };
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
