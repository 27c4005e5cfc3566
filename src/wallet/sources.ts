/**
 * Real money and play money never meet in one database. From where there may be money stands in `money_sources`, written
 * before the first credit of each source, in a transaction that has the table to itself: so of two servers of different minds
 * the one that comes second is refused, whenever they started. A real gateway is written down by the start itself, for what was
 * paid there cannot be refused any more.
 */
import type { MoneyConfig } from '../config.ts';
import { persistently } from '../platform/await-database.ts';
import { CannotStart } from '../platform/cannot-start.ts';
import type { Database } from '../platform/database.ts';
import { refuse } from '../refusals.ts';
import type { Source } from './ledger.ts';

/** A service whom the operator trusts may stand beside either. */
const natures: Readonly<Record<Source, 'play' | 'real' | 'either'>> = {
  open: 'play',
  sandbox: 'play',
  service: 'either',
  toss: 'real',
  stripe: 'real',
};

/** Writes the sources down unless money of the other nature may be there; then answers from where that is. */
async function claim(database: Pick<Database, 'transaction'>, sources: readonly Source[]): Promise<readonly Source[]> {
  return database.transaction(async (tx) => {
    // Reading goes on beside it; whoever else is about to write here waits.
    await tx`lock table money_sources in share row exclusive mode`;
    const rows = await tx<{ source: Source }[]>`select source from money_sources order by since`;
    const against = opposed(
      sources,
      rows.map(({ source }) => source),
    );
    if (against.length > 0) return against;
    void tx`insert into money_sources (source) select * from unnest(${sources}::text[]) on conflict do nothing`.execute();
    return [];
  });
}

/** Those of `known` whose money must not meet that of any of `sources`. */
function opposed(sources: readonly Source[], known: readonly Source[]): readonly Source[] {
  const mine = new Set(sources.map((source) => natures[source]));
  return known.filter((source) => {
    const nature = natures[source];
    return (nature === 'play' && mine.has('real')) || (nature === 'real' && mine.has('play'));
  });
}

/** See `Wallet.knowSource`. Whoever asks meanwhile waits for the same answer. */
export function createSources(database: Pick<Database, 'transaction'>) {
  const known = new Set<Source>();
  const asked = new Map<Source, Promise<void>>();
  const ask = async (source: Source): Promise<void> => {
    try {
      if ((await claim(database, [source])).length > 0) throw refuse('CHARGE_NOT_ALLOWED');
      known.add(source);
    } finally {
      asked.delete(source);
    }
  };
  return {
    isKnown: (source: Source): boolean => known.has(source),
    know: (source: Source): Promise<void> => {
      if (known.has(source)) return Promise.resolve();
      const asking = asked.get(source) ?? ask(source);
      asked.set(source, asking);
      return asking;
    },
  };
}

/**
 * For the start: refuses with `CannotStart` a real gateway where there may be play money, and play money where there may be
 * some of a real gateway. Whoever starts a real gateway has written it down behind this.
 */
export async function agreeOnMoney(database: Database, money: MoneyConfig): Promise<void> {
  const real = (['toss', 'stripe'] as const).filter((method) => money[method] !== undefined);
  if (real.length > 0) {
    const against = await persistently(() => claim(database, real));
    if (against.length === 0) return;
    const keys = real.map((method) => `${method.toUpperCase()}_SECRET_KEY`).join(' and ');
    throw new CannotStart(
      `${keys} must not be set on a database that holds play money (${against.join(', ')}): start on a new one (DATABASE_URL, or DATA_DIR where it is embedded), or without a real gateway`,
    );
  }
  const play = [...(money.charges === 'open' ? ['open' as const] : []), ...(money.sandbox ? ['sandbox' as const] : [])];
  const rows = await persistently(() => database.sql<{ source: Source }[]>`select source from money_sources`);
  const against = opposed(
    play,
    rows.map(({ source }) => source),
  );
  if (against.length === 0) return;
  const names = play.map((source) => (source === 'open' ? 'CHARGES=open' : 'SANDBOX=on')).join(' and ');
  throw new CannotStart(
    `${names} must not stand on a database that is for money of a real gateway (${against.join(', ')}): set its keys, or start on a new one (DATABASE_URL, or DATA_DIR where it is embedded)`,
  );
}
