/** Who is refused a cancellation is told why, and it is so: by the Korean standard nothing closes before it begins. */
import type { Call, Terms } from '../history.ts';
import type { createFinding } from './check.ts';
import type { GivenBack, Paid } from './given-back.ts';

interface Known {
  readonly terms: Terms;
  readonly givenBack: GivenBack;
  readonly paid: ReadonlyMap<string, Paid>;
}

type Holds = (call: Call, of: Paid | undefined, known: Known) => boolean;

/** Whether a reason may hold. */
const reasons: Readonly<Record<string, Holds>> = {
  NOT_PAID: ({ start }, of) => of === undefined || of.paidAt > start,
  ALREADY_CANCELLED: (call, of, { givenBack: { asked, calledOff } }) => {
    const { end, facts } = call;
    const others = asked.get(facts.reservation ?? '') ?? [];
    const off = calledOff.get(of?.performance ?? '')?.from ?? Infinity;
    return off < (end ?? 0) || others.some(({ from, call: other }) => other !== call && from < (end ?? 0));
  },
  STARTED: ({ end }, of, { terms }) =>
    (terms.dates ?? []).some(({ id, startsAt }) => id === of?.performance && startsAt <= (end ?? 0)),
};

export function checkRefused(calls: readonly Call[], known: Known, refused: ReturnType<typeof createFinding>): void {
  for (const call of calls) {
    const { op, fan, code, facts } = call;
    const { reservation = '', because, stated, refund } = facts;
    const said = (what: string): void => refused.violation(`${op} of ${reservation} by fan ${fan}: ${what}`);
    refused.count();
    if (code === 'QUOTE_CHANGED' && stated === refund) said(`told that the quote changed, and it is still ${refund}`);
    if (typeof because !== 'string' || op === 'cancel-for-fan') continue;
    if (reasons[because]?.(call, known.paid.get(reservation), known) !== true)
      said(`told ${because}, and it is not so`);
  }
}
