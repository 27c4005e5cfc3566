/**
 * Money adds up, by the fans' own books: what was acknowledged stands in the wallet's entries exactly once as it was
 * told, nothing else does but attempts whose answer was lost, each balance follows from the one before, and the
 * house took in what the fans paid.
 */
import type { Call, Facts } from '../history.ts';
import { createFinding, type CreateCheck } from './check.ts';

interface Effect {
  readonly key: string;
  readonly op: 'charge' | 'pay';
  /** Positive into the wallet, negative out of it; undefined while nobody told. */
  amount: number | undefined;
  id: string | undefined;
  balance: number | undefined;
  lost: boolean;
}

interface Book {
  readonly effects: Map<string, Effect>;
  entries: Facts['entries'];
  balance: number | undefined;
}

export const checkMoney: CreateCheck = (terms) => {
  const books = new Map<number, Book>();
  const keys = createFinding('I6 a key has one effect, and every repeat gets the same answer');
  const sums = createFinding('I4 money adds up, and what was acknowledged is there at the end');
  const takings = createFinding('I5 the house took in what the fans paid');
  const owners = new Map<string, string>();
  let revenue: number | undefined;

  const bookOf = (fan: number): Book => {
    let book = books.get(fan);
    if (book === undefined) {
      book = { effects: new Map(), entries: undefined, balance: undefined };
      books.set(fan, book);
    }
    return book;
  };

  const attempt = (call: Call, op: Effect['op']): void => {
    const { fan, status, facts } = call;
    const { key = '', id, amount, balance } = facts;
    const { effects } = bookOf(fan);
    let effect = effects.get(key);
    if (effect === undefined) {
      effect = { key, op, amount: undefined, id: undefined, balance: undefined, lost: false };
      effects.set(key, effect);
    }
    if (amount !== undefined) effect.amount = op === 'pay' ? -amount : amount;
    if (status === 0 || status >= 500) effect.lost = true;
    if (status !== 201) return;
    keys.count();
    if (effect.id === undefined) {
      effect.id = id;
      effect.balance = balance;
      claim(`fan ${fan} key ${key}`, id ?? '');
    } else if (effect.id !== id || effect.balance !== balance) {
      keys.violation(`fan ${fan} key ${key}: first ${effect.id} (${effect.balance}), then ${id} (${balance})`);
    }
  };

  const claim = (who: string, id: string): void => {
    const other = owners.get(id);
    if (other === undefined) owners.set(id, who);
    else keys.violation(`${id} was told to ${other} and to ${who}`);
  };

  return {
    take: (call) => {
      if (call.op === 'charge' || call.op === 'pay') attempt(call, call.op);
      else if (call.op === 'entries' && call.status === 200) bookOf(call.fan).entries = call.facts.entries;
      else if (call.op === 'wallet' && call.status === 200) bookOf(call.fan).balance = call.facts.balance;
      else if (call.op === 'overview' && call.facts.revenue !== undefined) ({ revenue } = call.facts);
    },
    finish: () => {
      let least = 0;
      let most = 0;
      for (const [fan, book] of books) {
        for (const { op, id, amount, lost } of book.effects.values()) {
          if (op !== 'pay') continue;
          if (id !== undefined) least -= amount ?? 0;
          else if (lost) most -= amount ?? 0;
        }
        if (book.entries !== undefined) settle(fan, book, sums);
      }
      if (revenue !== undefined) {
        takings.count();
        if (revenue < least || revenue > least + most)
          takings.violation(`fans paid ${least}${most > 0 ? ` to ${least + most}` : ''}, the house has ${revenue}`);
      }
      return [keys.done(), sums.done(), ...(terms.concertId === '' ? [] : [takings.done()])];
    },
  };
};

/** One fan's books against the entries of the wallet. */
function settle(fan: number, { effects, entries = [], balance }: Book, sums: ReturnType<typeof createFinding>): void {
  const known = new Map(
    [...effects.values()].flatMap((effect) => (effect.id === undefined ? [] : [[effect.id, effect]])),
  );
  const maybe = [...effects.values()].filter(({ id, lost }) => id === undefined && lost);
  let before = 0;
  for (const [kind, amount, after, reference] of entries) {
    sums.count();
    if (after !== before + amount) sums.violation(`fan ${fan}: ${before} and ${amount} make ${after} (${reference})`);
    before = after;
    const effect = known.get(reference);
    if (effect === undefined) {
      const place = maybe.findIndex((one) => one.amount === amount && (one.op === 'charge') === (kind === 'CHARGE'));
      if (place === -1) sums.violation(`fan ${fan}: ${kind} of ${amount} (${reference}) that nobody asked for`);
      else maybe.splice(place, 1);
    } else {
      known.delete(reference);
      if (effect.amount !== amount || effect.balance !== after)
        sums.violation(
          `fan ${fan}: ${reference} was told as ${effect.amount} to ${effect.balance}, is ${amount} to ${after}`,
        );
    }
  }
  for (const { id, amount, op } of known.values())
    sums.violation(`fan ${fan}: ${op} ${id} of ${amount} was acknowledged and is not there`);
  if (balance !== undefined && balance !== before)
    sums.violation(`fan ${fan}: entries end with ${before}, the wallet says ${balance}`);
}
