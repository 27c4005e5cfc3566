/** No way past the gate, and no answer that a service in health does not give. */
import type { Call } from '../history.ts';
import { createFinding, type CreateCheck } from './check.ts';

const behind_the_gate = new Set(['performances', 'seats', 'hold', 'pay']);

export const checkGate: CreateCheck = (terms) => {
  const forged = createFinding('Forged tokens open nothing');
  const health = createFinding(
    terms.rough ? 'Nothing worse than 503 is answered' : 'No 5xx, and every call is answered',
  );
  const tries = createFinding('Direct links lead nowhere before it is one’s turn');

  const past = (call: Call): void => {
    if (call.facts.standing === 'WAIT' || !behind_the_gate.has(call.op) || call.facts.spell === undefined) return;
    // A success before one's turn shows in the line's own check, by the wait that goes on after it.
    if (call.code === 'NOT_ADMITTED') tries.count();
  };

  return {
    take: (call) => {
      health.count();
      if (call.facts.forged === true) {
        forged.count();
        if (call.status >= 200 && call.status < 400)
          forged.violation(`${call.op} of fan ${call.fan} answered ${call.status}`);
      } else {
        past(call);
      }
      if (call.status >= 500 && !(terms.rough && call.code === 'OVERLOADED'))
        health.violation(`${call.op} of fan ${call.fan} answered ${call.status} ${call.code}`);
      // A fan whose patience is cut short on purpose says so with the key that is used again.
      if (call.status === 0 && !terms.rough && call.facts.hasty !== true)
        health.violation(`${call.op} of fan ${call.fan} at ${call.start} was not answered`);
    },
    finish: () => [forged.done(), tries.done(), health.done()],
  };
};
