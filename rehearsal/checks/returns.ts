/**
 * What came back to a fan, by the fan's own books: each cancellation was asked for, by the fan, by the operator or by the calling off of
 * its date; it is told alike wherever it is told; and it is in the wallet once, where nothing else of the kind is.
 */
import type { CancellationTold, Facts } from '../history.ts';
import type { createFinding } from './check.ts';
import { listed, seatsOf, type Asked, type GivenBack } from './given-back.ts';

type Finding = ReturnType<typeof createFinding>;
type Row = NonNullable<Facts['reservations']>[number];
type Entries = NonNullable<Facts['entries']>;

interface Book {
  readonly fan: number;
  readonly rows: readonly Row[];
  readonly entries: Entries | undefined;
  readonly givenBack: GivenBack;
}

export function checkReturns({ fan, rows, entries, givenBack }: Book, once: Finding): void {
  const left = Map.groupBy(entries?.filter(isReturn) ?? [], ([, , , reference]) => reference);
  for (const row of rows) {
    once.count(cancellationsOf(row).length);
    const complaints = [
      ...askedComplaints(row, givenBack),
      ...(entries === undefined ? [] : enteredComplaints(row, left)),
    ];
    for (const complaint of complaints) once.violation(`fan ${fan}, ${row[0]}: ${complaint}`);
  }
  for (const [kind, amount, , reference] of [...left.values()].flat())
    once.violation(`fan ${fan}: ${kind} of ${amount} (${reference}) is of no cancellation`);
}

const cancellationsOf = ([, , , , , told]: Row): readonly CancellationTold[] => told?.cancellations ?? [];
const isReturn = ([kind]: Entries[number]): boolean => kind === 'REFUND' || kind === 'COMPENSATION';

function* askedComplaints(row: Row, givenBack: GivenBack): Generator<string> {
  const [reservation, , performance] = row;
  const asked = [...(givenBack.asked.get(reservation) ?? [])];
  for (const one of cancellationsOf(row)) {
    const isOff = one.reason === 'called_off' && givenBack.calledOff.has(performance);
    if (!isOff) yield* oneComplaints(one, asked);
  }
  for (const { told: answer } of asked)
    if (answer !== undefined) yield `${answer.facts.id} was acknowledged and is not there`;
}

function* enteredComplaints(row: Row, left: Map<string, Entries>): Generator<string> {
  for (const one of cancellationsOf(row)) yield* entryComplaints(one, left);
}

/** Uses up what asked for it: the answer that told of it, every repeat of it, or one that had no answer. */
function oneComplaints(one: CancellationTold, asked: Asked[]): string[] {
  const answers = asked.filter(({ told }) => told?.facts.id === one.id);
  const [first] = answers.length > 0 ? answers : asked.filter((other) => mayBe(other, one));
  if (first === undefined) return [`nobody asked for ${one.id} of ${one.seats.join()}`];
  for (const each of answers.length > 0 ? answers : [first]) asked.splice(asked.indexOf(each), 1);
  return answers.flatMap(({ told }) => (told === undefined ? [] : [...answerComplaints(one, told.facts)]));
}

/** Without an answer, of these seats. */
function mayBe({ told, seats, call }: Asked, one: CancellationTold): boolean {
  if (told !== undefined) return false;
  const { stated } = call.facts;
  return (seats === undefined || listed(seats) === listed(one.seats)) && (stated ?? one.refund) === one.refund;
}

function* answerComplaints(one: CancellationTold, { each = [], refund, fee, ...sent }: Facts): Generator<string> {
  if (refund !== one.refund || fee !== one.fee)
    yield `${one.id} was told as ${refund} and ${fee}, is ${one.refund} and ${one.fee}`;
  if (seatsOf(each) !== listed(one.seats)) yield `${one.id} was told of ${seatsOf(each)}, is of ${one.seats.join()}`;
  yield* sentComplaints(one, sent);
}

/** Sent on to where it came from: only if that was wished for, and no more than came back. */
function* sentComplaints({ id, refund, withdrawal }: CancellationTold, { sentOn, to }: Facts): Generator<string> {
  const [sent, amount] = sentOn ?? [null, 0];
  if (sent !== withdrawal) yield `${id} was sent on by ${sent}, told later is ${withdrawal}`;
  if (sent !== null && (to !== 'origin' || amount > refund)) yield `${id}: ${amount} was sent on`;
}

/** Uses up its entries. */
function* entryComplaints(
  { id, refund, compensation }: CancellationTold,
  left: Map<string, Entries>,
): Generator<string> {
  const [refunds, others] = [left.get(id) ?? [], left.get(`${id}-c`) ?? []];
  left.delete(id);
  left.delete(`${id}-c`);
  if (refunds.length !== 1) yield `${id} is in the wallet ${refunds.length} times`;
  const wrong = refunds.find(([kind, amount]) => kind !== 'REFUND' || amount !== refund);
  if (wrong !== undefined) yield `${id} of ${refund} is in the wallet as ${wrong[0]} of ${wrong[1]}`;
  if (others.length !== (compensation > 0 ? 1 : 0))
    yield `a compensation of ${compensation} is there ${others.length} times`;
  const other = others.find(([kind, amount]) => kind !== 'COMPENSATION' || amount !== compensation);
  if (other !== undefined) yield `a compensation of ${compensation} is there as ${other[0]} of ${other[1]}`;
}
