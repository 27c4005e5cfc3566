/**
 * Refunds, held against a rule that is written here a second time, and against everybody's books: each is what was quoted and
 * stated, comes once, and what was paid is what was kept, refunded and taken as fees. Of a sale in which nobody gives anything back
 * it says nothing.
 */
import type { Call, Facts } from '../history.ts';
import { createFinding, type CreateCheck } from './check.ts';
import { checkCalledOff } from './called-off.ts';
import { createGivenBack, listed, paidIn, seatsOf, type Asked } from './given-back.ts';
import { checkRefused } from './refused.ts';
import { checkReturns } from './returns.ts';
import { createRules, type Rules } from './rules.ts';

type Finding = ReturnType<typeof createFinding>;
type Row = NonNullable<Facts['reservations']>[number];
type Entries = NonNullable<Facts['entries']>;

export const checkRefunds: CreateCheck = (terms) => {
  if (terms.dates === undefined) return { take: () => undefined, finish: () => [] };
  const ruled = createFinding('A refund is what the rule says and the fan was content with, seat by seat');
  const refused = createFinding('Who is refused a cancellation is told a reason that holds');
  const adds = createFinding('I14 what was paid is what was kept, refunded and taken as fees');
  const once = createFinding('Each refund is in the wallet once, and none is that nobody asked for');
  const givenBack = createGivenBack();
  const calledOff = checkCalledOff(terms, givenBack);
  const quotes: Call[] = [];
  const refusals: Call[] = [];
  const entries = new Map<number, Entries>();
  return {
    take: (call) => {
      givenBack.take(call);
      calledOff.take(call);
      if (call.op === 'quote' && call.status === 200) quotes.push(call);
      else if (isRefusal(call)) refusals.push(call);
      else if (call.op === 'entries' && call.status === 200) entries.set(call.fan, call.facts.entries ?? []);
    },
    finish: () => {
      const paid = paidIn(givenBack);
      const rules = createRules(terms, givenBack, paid);
      for (const quote of quotes) checkTold(quote, rules, ruled);
      for (const one of [...givenBack.asked.values()].flat()) checkAsked(one, rules, ruled);
      checkRefused(refusals, { terms, givenBack, paid }, refused);
      for (const [fan, rows] of givenBack.rows) {
        for (const row of rows) checkSums(fan, row, adds);
        checkReturns({ fan, rows, entries: entries.get(fan), givenBack }, once);
      }
      return [ruled, refused, adds, once].map((finding) => finding.done()).concat(calledOff.finish());
    },
  };
};

const isRefusal = ({ op, status }: Call): boolean =>
  (op === 'quote' || op === 'cancel-paid' || op === 'cancel-for-fan') && status >= 400 && status < 500;

const sum = (amounts: Iterable<number>): number => [...amounts].reduce((total, amount) => total + amount, 0);

/** An answer that tells of fees and refunds, seat by seat. */
function checkTold(call: Call, rules: Rules, ruled: Finding): void {
  const { reservation = '', each = [], fee = 0, refund = 0 } = call.facts;
  const said = (what: string): void => ruled.violation(`${call.op} of ${reservation}, fan ${call.fan}: ${what}`);
  ruled.count();
  if (sum(each.map(([, , part]) => part)) !== fee || sum(each.map(([, , , part]) => part)) !== refund)
    said(`${fee} and ${refund} are not the sums of ${JSON.stringify(each)}`);
  for (const complaint of rules.complaints(call, each)) said(complaint);
}

function checkAsked({ told }: Asked, rules: Rules, ruled: Finding): void {
  if (told === undefined) return;
  checkTold(told, rules, ruled);
  const { stated, refund, each = [], seats, reservation } = told.facts;
  if (stated !== undefined && stated !== refund)
    ruled.violation(`fan ${told.fan} was content with ${stated} for ${reservation} and got ${refund}`);
  if (seats !== undefined && listed(seats) !== seatsOf(each))
    ruled.violation(`fan ${told.fan} gave back ${seats.join()} of ${reservation}, told was ${JSON.stringify(each)}`);
}

function checkSums(fan: number, [id, , , seats, amount, told]: Row, adds: Finding): void {
  if (told === undefined) return;
  adds.count();
  const said = (what: string): void => adds.violation(`${id} of fan ${fan}: ${what}`);
  const { paid, kept, cancelled, cancellations } = told;
  const prices = sum(kept.map(([, price]) => price));
  const [refunds, fees] = [sum(cancellations.map((one) => one.refund)), sum(cancellations.map((one) => one.fee))];
  if (paid !== prices + refunds + fees) said(`${paid} was paid; ${prices} kept, ${refunds} refunded, ${fees} taken`);
  if (amount !== prices || kept.length !== seats.length) said(`costs ${amount}, its seats ${prices}`);
  const gone = cancellations.flatMap((one) => one.seats);
  if (new Set(gone).size !== gone.length) said(`seats were given back twice: ${gone.join()}`);
  if (listed(gone) !== seatsOf(cancelled))
    said(`${cancelled.map(([seat]) => seat).join()} is called cancelled, its cancellations have ${gone.join()}`);
}
