/**
 * Money adds up, by the fans' own books: what was acknowledged stands in the wallet's entries exactly once as it was
 * told, nothing else does but attempts whose answer was lost, each balance follows from the one before, and the
 * house took in what the fans paid.
 */
import type { Call, Facts, Money, Op } from '../history.ts';
import { createFinding, type CreateCheck } from './check.ts';

/** What an entry of the effect is called; an order has none of its own: whether it is credited is another check's question. */
const kinds = {
  charge: 'CHARGE',
  pay: 'PAYMENT',
  withdraw: 'WITHDRAWAL',
  'cancel-paid': 'REFUND',
  order: undefined,
} as const;
const isEffect = (op: Op): op is Effect['op'] => Object.hasOwn(kinds, op);

interface Effect {
  readonly key: string;
  readonly op: keyof typeof kinds;
  /** Positive into the wallet, negative out of it; undefined while nobody told. */
  amount: number | undefined;
  id: string | undefined;
  /** As it was told; where a part was sent on at once, without that. */
  balance: number | undefined;
  sentOn: number | undefined;
  lost: boolean;
}

type Entry = NonNullable<Facts['entries']>[number];

interface Book {
  readonly effects: Map<string, Effect>;
  entries: Facts['entries'];
  balance: number | undefined;
  /** References of entries that a fan's reservations tell of, whoever cancelled them: refunds.ts says whether they are right. */
  readonly givenBack: Set<string>;
}

export const checkMoney: CreateCheck = ({ money = 'open' }) => {
  const books = new Map<number, Book>();
  const keys = createFinding('I6 a key has one effect, and every repeat gets the same answer');
  const sums = createFinding('I4 money adds up, and what was acknowledged is there at the end');
  const takings = createFinding('I5 the house took in what the fans paid, less what came back');
  const owners = new Map<string, string>();
  let revenue: number | undefined;

  const bookOf = (fan: number): Book => {
    let book = books.get(fan);
    if (book === undefined) {
      book = { effects: new Map(), entries: undefined, balance: undefined, givenBack: new Set() };
      books.set(fan, book);
    }
    return book;
  };

  const attempt = (call: Call, op: Effect['op']): void => {
    const { fan, status, facts } = call;
    const effect = effectOf(bookOf(fan), facts.key ?? '', op);
    effect.amount = wishedFor(op, facts) ?? effect.amount;
    if (status === 0 || status >= 500) effect.lost = true;
    effect.sentOn ??= facts.sentOn?.[1];
    if (status === 201) acknowledged(fan, effect, op === 'order' ? { id: facts.order ?? '' } : facts);
  };

  const acknowledged = (fan: number, effect: Effect, { id, balance }: Facts): void => {
    keys.count();
    if (effect.id === undefined) {
      effect.id = id;
      effect.balance = balance;
      claim(`fan ${fan} key ${effect.key}`, id ?? '');
    } else if (effect.id !== id || effect.balance !== balance) {
      keys.violation(`fan ${fan} key ${effect.key}: first ${effect.id} (${effect.balance}), then ${id} (${balance})`);
    }
  };

  const claim = (who: string, id: string): void => {
    const other = owners.get(id);
    if (other === undefined) owners.set(id, who);
    else keys.violation(`${id} was told to ${other} and to ${who}`);
  };

  return {
    take: (call) => {
      if (isEffect(call.op)) attempt(call, call.op);
      else if (call.op === 'entries' && call.status === 200) bookOf(call.fan).entries = call.facts.entries;
      else if (call.op === 'reservations' && call.status === 200) readGivenBack(bookOf(call.fan), call.facts);
      else if (call.op === 'wallet' && call.status === 200) bookOf(call.fan).balance = call.facts.balance;
      else if (call.op === 'overview' && call.facts.revenue !== undefined) ({ revenue } = call.facts);
    },
    finish: () => {
      for (const [fan, book] of books) if (book.entries !== undefined) settle(fan, book, { sums, money });
      const { least, most } = paidBy(books.values());
      if (revenue !== undefined) {
        takings.count();
        if (revenue < least || revenue > most)
          takings.violation(
            `fans paid and kept ${least}${most > least ? ` to ${most}` : ''}, the house has ${revenue}`,
          );
      }
      return [keys.done(), sums.done(), takings.done()];
    },
  };
};

/** What it moves, into the wallet or out of it; undefined where it is not said. */
function wishedFor(op: Effect['op'], { amount, stated }: Facts): number | undefined {
  if (op === 'cancel-paid') return stated;
  return amount === undefined || op === 'charge' ? amount : -amount;
}

function effectOf({ effects }: Book, key: string, op: Effect['op']): Effect {
  let effect = effects.get(key);
  if (effect === undefined) {
    effect = { key, op, amount: undefined, id: undefined, balance: undefined, sentOn: undefined, lost: false };
    effects.set(key, effect);
  }
  return effect;
}

function readGivenBack({ givenBack }: Book, { reservations = [] }: Facts): void {
  for (const [, , , , , told] of reservations) {
    for (const { id, withdrawal } of told?.cancellations ?? []) {
      givenBack.add(id).add(`${id}-c`);
      if (withdrawal !== null) givenBack.add(withdrawal);
    }
  }
}

/** What all fans paid, less their refunds: surely, and at most, if every payment without an answer happened. */
function paidBy(books: Iterable<Book>): { least: number; most: number } {
  let least = 0;
  let open = 0;
  for (const { effects, entries = [] } of books) {
    least -= refundsIn(entries);
    for (const { op, id, amount = 0, lost } of effects.values()) {
      if (op === 'pay' && id !== undefined) least -= amount;
      else if (op === 'pay' && lost) open -= amount;
    }
  }
  return { least, most: least + open };
}

function refundsIn(entries: readonly Entry[]): number {
  return entries.reduce((sum, [kind, amount]) => (kind === 'REFUND' ? sum + amount : sum), 0);
}

/** Of what comes from outside an entry tells the order or the part; whether it is right is funding.ts's question. */
function isFromOutside([kind, amount]: Entry): boolean {
  return kind === 'CHARGE' || kind === 'REVERSAL' || (kind === 'WITHDRAWAL' && amount > 0);
}

interface Settling {
  readonly sums: ReturnType<typeof createFinding>;
  readonly money: Money;
}

/** One fan's books against the entries of the wallet. */
function settle(fan: number, book: Book, { sums, money }: Settling): void {
  const { effects, entries = [], balance, givenBack } = book;
  const all = [...effects.values()].filter(({ op }) => kinds[op] !== undefined);
  const known = new Map(all.flatMap((effect) => (effect.id === undefined ? [] : [[effect.id, effect]])));
  const maybe = all.filter(({ id, lost }) => id === undefined && lost);
  const isOthersBusiness = (entry: Entry): boolean =>
    (money === 'sandbox' && isFromOutside(entry)) || (givenBack.has(entry[3]) && !known.has(entry[3]));
  let before = 0;
  for (const [index, entry] of entries.entries()) {
    const [, amount, after, reference] = entry;
    sums.count();
    if (after !== before + amount) sums.violation(`fan ${fan}: ${before} and ${amount} make ${after} (${reference})`);
    before = after;
    if (isOthersBusiness(entry)) continue;
    const complaint = explain(entry, known.get(reference), { maybe, leaves: leftBehind(entries, index) });
    if (complaint !== undefined) sums.violation(`fan ${fan}: ${complaint}`);
    known.delete(reference);
  }
  for (const { id, amount, op } of known.values())
    sums.violation(`fan ${fan}: ${op} ${id} of ${amount} was acknowledged and is not there`);
  if (balance !== undefined && balance !== before)
    sums.violation(`fan ${fan}: entries end with ${before}, the wallet says ${balance}`);
}

/** The balance behind an entry; behind a refund, also what it leaves when what is owed was taken from it at once. */
function leftBehind(entries: readonly Entry[], index: number): number[] {
  const [kind, , after] = entries[index] ?? ['', 0, 0];
  const leaves = [after];
  if (kind !== 'REFUND') return leaves;
  for (const [next, , left] of entries.slice(index + 1)) {
    if (next !== 'REVERSAL') break;
    leaves.push(left);
  }
  return leaves;
}

/** What is wrong with an entry: not as it was told, or nobody asked for it. Uses up attempts without an answer. */
function explain(
  [kind, amount, after, reference]: Entry,
  told: Effect | undefined,
  { maybe, leaves }: { readonly maybe: Effect[]; readonly leaves: readonly number[] },
): string | undefined {
  if (told !== undefined) {
    const balance = told.balance === undefined ? undefined : told.balance + (told.sentOn ?? 0);
    if (told.amount === amount && balance !== undefined && leaves.includes(balance)) return undefined;
    return `${reference} was told as ${told.amount} to ${balance}, is ${amount} to ${after}`;
  }
  const place = maybe.findIndex((one) => one.amount === amount && kinds[one.op] === kind);
  if (place === -1) return `${kind} of ${amount} (${reference}) that nobody asked for`;
  maybe.splice(place, 1);
  return undefined;
}
