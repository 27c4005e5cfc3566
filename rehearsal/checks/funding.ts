/**
 * Money from outside, end to end and by what fans were told alone: what the gateway took is in a wallet once, what left a
 * wallet went back once, and each balance is what came in less what went out. Of a sale whose wallets are filled for the
 * asking it says nothing.
 */
import type { Taken } from '../history.ts';
import { createFinding, type CreateCheck } from './check.ts';
import { collectMoney, type ToldFan, type ToldOrder } from './told-money.ts';

type Finding = ReturnType<typeof createFinding>;
type Entries = NonNullable<ToldFan['entries']>;

export const checkFunding: CreateCheck = ({ money }) => {
  const stays = createFinding('I11 what was told of an order stays so, and is told alike');
  const once = createFinding('I11 an order told as paid is in the wallet once, and no other is');
  const back = createFinding('I12 an order gives back no more than it brought, in parts that add up');
  const sums = createFinding('I13 a balance is what came in and was refunded, less what was spent and what went back');
  const outside = createFinding('What the gateway took is in a wallet once, what it gave back in none');
  const told = collectMoney(stays);
  if (money !== 'sandbox') return { take: () => undefined, finish: () => [] };
  return {
    take: told.take,
    finish: () => {
      for (const [number, fan] of told.fans) {
        if (fan.entries === undefined) continue;
        const who = `fan ${number}`;
        credited(who, fan, once);
        sentBack(who, fan, back);
        addedUp(who, fan, sums);
      }
      if (told.gateway.taken !== undefined) heldAgainstGateway(told.fans, told.gateway.taken, outside);
      return [stays, once, back, sums, outside].map((finding) => finding.done());
    },
  };
};

/** The order that an entry speaks of: a CHARGE by its id, a REVERSAL by its id and a number. */
const orderIn = (reference: string): string => reference.replace(/-r\d+$/, '');
const of = (entries: Entries, kind: string): Entries[number][] => entries.filter(([its]) => its === kind);
const sum = (amounts: Iterable<number>): number => [...amounts].reduce((total, amount) => total + amount, 0);

function credited(who: string, { orders, entries = [] }: ToldFan, once: Finding): void {
  const charges = Map.groupBy(of(entries, 'CHARGE'), ([, , , reference]) => reference);
  for (const order of orders.values()) {
    once.count();
    const own = charges.get(order.id) ?? [];
    const complaint = order.stands === 'PAID' ? creditComplaint(order, own) : uncalledFor(order, own);
    if (complaint !== undefined) once.violation(`${who}, order ${order.id}: ${complaint}`);
    charges.delete(order.id);
  }
  for (const reference of charges.keys())
    once.violation(`${who}: a CHARGE of ${reference}, which is no order of theirs`);
}

function creditComplaint({ amount, chargeId }: ToldOrder, own: readonly Entries[number][]): string | undefined {
  const [entry] = own;
  if (entry === undefined || own.length > 1) return `told as PAID, and credited ${own.length} times`;
  const [, credit, , , id] = entry;
  if (credit !== amount) return `of ${amount}, credited with ${credit}`;
  return id === undefined || id === chargeId ? undefined : `told as credited by ${chargeId}, which is ${id}`;
}

function uncalledFor({ stands }: ToldOrder, own: readonly Entries[number][]): string | undefined {
  return own.length === 0 ? undefined : `told as ${stands}, and credited`;
}

function sentBack(who: string, { orders, entries = [], withdrawals }: ToldFan, back: Finding): void {
  const left = new Map([...orders].map(([id, { amount, stands }]) => [id, stands === 'PAID' ? amount : 0]));
  const take = (order: string, amount: number): void => {
    const rest = (left.get(order) ?? 0) - amount;
    left.set(order, rest);
    if (rest < 0) back.violation(`${who}: order ${order} gave back ${-rest} more than it brought`);
  };
  const returned = Map.groupBy(
    of(entries, 'WITHDRAWAL').filter(([, amount]) => amount > 0),
    ([, , , reference]) => reference.replace(/-\d+$/, ''),
  );
  for (const withdrawal of withdrawals) {
    back.count();
    const [id, , , parts] = withdrawal;
    for (const [order, part, stands] of parts) if (stands !== 'FAILED') take(order, part);
    const came = sum((returned.get(id) ?? []).map(([, part]) => part));
    for (const complaint of withdrawalComplaints(withdrawal, came)) back.violation(`${who}: ${id} ${complaint}`);
    returned.delete(id);
  }
  for (const id of returned.keys()) back.violation(`${who}: ${id} came back and was never told as withdrawn`);
  for (const [, amount, , reference] of of(entries, 'REVERSAL')) {
    back.count();
    take(orderIn(reference), -amount);
  }
}

/** `came` of it came back into the wallet. */
function* withdrawalComplaints(
  [, stands, amount, parts]: ToldFan['withdrawals'][number],
  came: number,
): Generator<string> {
  if (sum(parts.map(([, part]) => part)) !== amount) yield `of ${amount} is not its parts`;
  const all = parts.map(([, , status]) => status);
  const ended = all.includes('DONE') ? 'DONE' : 'FAILED';
  const due = all.includes('PENDING') ? 'PENDING' : ended;
  if (stands !== due) yield `is ${stands}, its parts ${all.join(', ')}`;
  const failed = sum(parts.flatMap(([, part, status]) => (status === 'FAILED' ? [part] : [])));
  if (failed !== came) yield `could not send back ${failed}, and ${came} came back`;
}

function addedUp(
  who: string,
  { orders, payments, unknown, entries = [], withdrawals, balance, refunded }: ToldFan,
  sums: Finding,
): void {
  // What nobody told cannot be counted.
  if (balance === undefined || unknown.size > 0) return;
  sums.count();
  const charged = sum([...orders.values()].flatMap(({ stands, amount }) => (stands === 'PAID' ? [amount] : [])));
  const paid = sum(payments.values());
  const gone = sum(
    withdrawals.flatMap(([, , , parts]) =>
      parts.flatMap(([, amount, stands]) => (stands === 'FAILED' ? [] : [amount])),
    ),
  );
  const reversed = -sum(of(entries, 'REVERSAL').map(([, amount]) => amount));
  if (balance !== charged + refunded - paid - gone - reversed)
    sums.violation(
      `${who}: ${charged} came in, ${paid} paid, ${refunded} refunded, ${gone} withdrawn, ${reversed} undone, ${balance} there`,
    );
}

/** Every order of which the gateway says something, and every one that a wallet was credited for. */
function heldAgainstGateway(
  fans: ReadonlyMap<number, ToldFan>,
  taken: ReadonlyMap<string, Taken>,
  outside: Finding,
): void {
  const rest = new Map(taken);
  for (const [number, fan] of fans) {
    if (fan.entries === undefined) continue;
    for (const order of fan.orders.values()) {
      const one = rest.get(order.id) ?? ([order.id, 0, 0, 0] as const);
      rest.delete(order.id);
      outside.count();
      for (const complaint of gatewayComplaints(fan, order, one))
        outside.violation(`fan ${number}, order ${order.id}: ${complaint}`);
    }
  }
  for (const [id, took] of rest.values())
    if (took > 0) outside.violation(`the gateway took ${took} for ${id}, an order of nobody`);
}

function* gatewayComplaints(fan: ToldFan, { id, stands }: ToldOrder, one: Taken): Generator<string> {
  const [, took, gaveBack, undone] = one;
  const [credit, reversed] = [moved(fan, 'CHARGE', id), -moved(fan, 'REVERSAL', id)];
  // What went back before anybody had asked is not credited, and needs not be.
  if (credit === 0 && undone === took && stands !== 'PAID') return;
  if (credit !== took) yield `the gateway took ${took}, the wallet got ${credit}`;
  const [least, most] = sentBackOf(fan, id);
  if (gaveBack < least || gaveBack > most) yield `${least} was told as sent back, the gateway says ${gaveBack}`;
  // What a wallet has not is owed; then nothing is left in it.
  if (reversed > undone || (reversed < undone && fan.balance !== 0))
    yield `the gateway undid ${undone}, the wallet lost ${reversed} and has ${fan.balance}`;
}

/** By the entries of one order. */
function moved({ entries = [] }: ToldFan, kind: string, id: string): number {
  return sum(of(entries, kind).flatMap(([, amount, , reference]) => (orderIn(reference) === id ? [amount] : [])));
}

/** What was told as sent back to where an order's money came from: surely, and at most. */
function sentBackOf({ withdrawals }: ToldFan, id: string): readonly [least: number, most: number] {
  const parts = withdrawals.flatMap(([, , , all]) => all.filter(([order]) => order === id));
  const amountAs = (...stands: string[]): number =>
    sum(parts.flatMap(([, amount, its]) => (stands.includes(its) ? [amount] : [])));
  return [amountAs('DONE'), amountAs('DONE', 'PENDING')];
}
