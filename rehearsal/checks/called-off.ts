/** A date that was called off: nobody holds or pays there any more, no list has it, and everybody who paid got all back once. */
import type { CancellationTold, Call, Facts, Terms } from '../history.ts';
import { createFinding } from './check.ts';
import type { CalledOff, GivenBack } from './given-back.ts';
import { shareOf } from './korean-standard.ts';
import { memory_ms_max } from './spells.ts';

/** Where things break, the service may first take this long to come back. */
const back_ms_max = 5_000;

type Row = NonNullable<Facts['reservations']>[number];

export function checkCalledOff({ rough }: Terms, { calledOff, rows }: GivenBack) {
  const closed = createFinding('Nobody holds or pays on a date that was called off, and no list has it');
  const refunded = createFinding('Of a date called off everybody gets all back once, and the compensation');

  /** The dates of holds. */
  const held = new Map<string, string>();
  const list_ms_max = memory_ms_max + (rough ? back_ms_max : 0);

  const isOff = (performance: string, at: number): boolean => at > (calledOff.get(performance)?.surely ?? Infinity);

  const bought = ({ op, fan, start, facts: { reservation = '', again } }: Call): void => {
    // A first answer that comes again says nothing of now.
    if (again === true) return;
    closed.count();
    const performance = held.get(reservation) ?? '';
    if (isOff(performance, start))
      closed.violation(`${op} of fan ${fan} at ${Math.round(start)}: ${reservation} on ${performance}`);
  };

  const take = (call: Call): void => {
    const { op, facts, status } = call;
    if (status !== 200 && status !== 201) return;
    if (op === 'hold') held.set(facts.reservation ?? '', facts.performance ?? '');
    if (op === 'hold' || op === 'pay') bought(call);
    else if (op === 'performances') shown(call);
  };

  const shown = ({ fan, start, facts: { dates = [] } }: Call): void => {
    closed.count();
    const listed = dates.find((id) => isOff(id, start - list_ms_max));
    if (listed !== undefined) closed.violation(`fan ${fan} was shown ${listed} as available at ${Math.round(start)}`);
  };

  const finish = () => {
    for (const [performance, off] of calledOff) {
      if (off.surely === Infinity) continue;
      const all = [...rows].flatMap(([fan, own]) => own.map((row) => ({ fan, row })));
      checkRows(
        all.filter(({ row }) => row[2] === performance && row[5] !== undefined),
        off,
      );
      checkProgress(performance, off);
    }
    return [closed.done(), refunded.done()];
  };

  const checkRows = (
    all: readonly { fan: number; row: Row }[],
    { percent, progress: { total = 0 } }: CalledOff,
  ): void => {
    refunded.count(all.length);
    for (const { fan, row } of all)
      for (const complaint of rowComplaints(row, percent)) refunded.violation(`${row[0]} of fan ${fan}: ${complaint}`);
    const given = all.filter(({ row: [, , , , , told] }) => told?.cancellations.some(isCallingOff) === true).length;
    if (given !== total) refunded.violation(`${given} reservations were given back, told was ${total}`);
  };

  const checkProgress = (performance: string, { progress: { state, done = 0, total = 0 } }: CalledOff): void => {
    if (state !== 'DONE') refunded.violation(`${performance} is ${state} at the end`);
    if (done !== total) refunded.violation(`${done} of ${total} were given back, and it is ${state}`);
  };

  return { take, finish };
}

const isCallingOff = ({ reason }: CancellationTold): boolean => reason === 'called_off';

function* rowComplaints([, status, , seats, , told]: Row, percent: number): Generator<string> {
  if (told === undefined) return;
  if (status !== 'CANCELLED' || seats.length > 0) yield `is ${status} with ${seats.length} seats`;
  const { cancelled, cancellations } = told;
  const prices = new Map(cancelled);
  const off = cancellations.filter(isCallingOff);
  if (off.length > 1) yield `was given back ${off.length} times`;
  for (const one of off)
    yield* offComplaints(
      one,
      one.seats.map((seat) => prices.get(seat) ?? 0),
      percent,
    );
  const others = cancellations.filter((one) => !isCallingOff(one) && one.compensation !== 0);
  yield* others.map(({ reason, compensation }) => `${compensation} came beside for ${reason}`);
}

function* offComplaints(
  { fee, refund, compensation }: CancellationTold,
  prices: readonly number[],
  percent: number,
): Generator<string> {
  const due = prices.reduce((sum, price) => sum + price, 0);
  const beside = prices.reduce((sum, price) => sum + shareOf(price, percent), 0);
  if (fee !== 0 || refund !== due) yield `cost ${due}, and ${refund} came back, less ${fee}`;
  if (compensation !== beside) yield `${beside} was due beside, and ${compensation} came`;
}
