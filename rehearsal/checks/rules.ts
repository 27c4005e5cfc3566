/** Which fee each seat may have cost at the moment that an answer tells: by the rule, or by what an operator said. */
import type { Call, RefundTold, Terms } from '../history.ts';
import type { GivenBack, Moved, Paid } from './given-back.ts';
import { percentKept, shareOf } from './korean-standard.ts';

/** A quote is a reading: what another server did may be this old in it. */
const memory_ms_max = 250;

export function createRules(terms: Terms, { moved, asked }: GivenBack, paid: ReadonlyMap<string, Paid>) {
  const planned = new Map((terms.dates ?? []).map(({ id, startsAt }) => [id, startsAt]));

  /** When it was asked for with this key for the first time: an answer that comes again is of then. */
  const askedAt = ({ fan, start, facts: { reservation = '', key } }: Call): number => {
    const same = (asked.get(reservation) ?? []).filter(({ by, call }) => by === fan && call.facts.key === key);
    return Math.min(start, ...same.map(({ from }) => from));
  };

  /** How the date may have stood while the call was answered. */
  const standsFor = (performance: string, call: Call): Pick<Moved, 'startsAt' | 'at'>[] => {
    const since = call.op === 'quote' ? call.start - memory_ms_max : askedAt(call);
    const all = (moved.get(performance) ?? []).filter(({ from }) => from < (call.end ?? Infinity));
    const sure = all.findLastIndex(({ surely }) => surely < since);
    const before = { startsAt: planned.get(performance) ?? Infinity, at: undefined };
    return [sure === -1 ? before : all[sure], ...all.slice(sure + 1)].filter((one) => one !== undefined);
  };

  const percentsFor = (call: Call, { paidAt, performance }: Paid): (number | undefined)[] => {
    const { percent, at = 0 } = call.facts;
    if (call.op === 'cancel-for-fan') return [percent];
    return standsFor(performance, call).map(({ startsAt, at: movedAt }) =>
      percentKept({
        paidAt: terms.epoch + paidAt,
        startsAt: terms.epoch + startsAt,
        now: terms.epoch + at,
        movedAt: movedAt === undefined ? undefined : terms.epoch + movedAt,
      }),
    );
  };

  return {
    /** What is wrong with the fees and refunds of this answer. */
    *complaints(call: Call, each: readonly RefundTold[]): Generator<string> {
      const own = paid.get(call.facts.reservation ?? '');
      if (own === undefined) {
        yield 'its fan has no such reservation';
        return;
      }
      const prices = new Map([...own.kept, ...own.cancelled]);
      for (const [seat, price] of each)
        if (prices.get(seat) !== price) yield `seat ${seat} cost ${prices.get(seat)} and is told as ${price}`;
      const percents = percentsFor(call, own);
      const isSo = (percent: number | undefined): boolean =>
        percent !== undefined &&
        each.every(([, price, fee, refund]) => fee === shareOf(price, percent) && refund === price - fee);
      if (!percents.some(isSo))
        yield `${percents.join(' or ')} % is kept by the rule, told was ${JSON.stringify(each)}`;
    },
  };
}

export type Rules = ReturnType<typeof createRules>;
