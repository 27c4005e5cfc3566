/** All checks over one history. They know what fans were told and nothing of the service's own books. */
import { readHistory, type Call, type Terms } from '../history.ts';
import type { Check, Finding } from './check.ts';
import { checkClock } from './clock.ts';
import { checkFunding } from './funding.ts';
import { checkGate } from './gate.ts';
import { checkLine } from './line.ts';
import { checkMoney } from './money.ts';
import { checkRefunds } from './refunds.ts';
import { checkSeats } from './seats.ts';

const all = [checkSeats, checkLine, checkMoney, checkFunding, checkRefunds, checkGate, checkClock];

/** Checks calls that are in memory, as tests have them. */
export function checkCalls(terms: Terms, calls: Iterable<Call>): Finding[] {
  const checks = all.map((create) => create(terms));
  for (const call of calls) for (const check of checks) check.take(call);
  return checks.flatMap((check) => check.finish());
}

/** Checks a history in its file; memory grows with fans, holds and keys, not with calls. */
export async function checkHistory(file: string): Promise<Finding[]> {
  let checks: Check[] | undefined;
  await readHistory(file, (call, terms) => {
    checks ??= all.map((create) => create(terms));
    for (const check of checks) check.take(call);
  });
  return (checks ?? []).flatMap((check) => check.finish());
}
