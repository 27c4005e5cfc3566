/** Real money and play money never meet in one database, whoever starts first. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { MoneyConfig } from '../src/config.ts';
import { type Database, connect } from '../src/platform/database.ts';
import { CannotStart } from '../src/platform/cannot-start.ts';
import { randomId } from '../src/platform/ids.ts';
import { Refusal } from '../src/refusals.ts';
import { agreeOnMoney, createWallet } from '../src/wallet/wallet.ts';
import { boxOffice, newFan } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';
import { lockWaiters } from './harness/lock-waiters.ts';
import { runMain } from './harness/server.ts';

const keys = { TOSS_CLIENT_KEY: 'test_ck_of-toss', TOSS_SECRET_KEY: 'test_sk_of-toss', TOSS_API: 'http://127.0.0.1:9' };
const toss = { clientKey: 'test_ck_of-toss', secretKey: 'test_sk_of-toss', api: 'http://127.0.0.1:9' };
const settings: MoneyConfig = { charges: 'open', walletMax: 1_000, sandbox: false, toss: undefined, stripe: undefined };
const real: MoneyConfig = { ...settings, charges: 'gateway', toss };
const sandbox: MoneyConfig = { ...settings, charges: 'gateway', sandbox: true };

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

const sources = async ({ sql }: Pick<House, 'sql'>): Promise<string[]> =>
  (await sql<{ source: string }[]>`select source from money_sources order by source`).map(({ source }) => source);
const complaintOf = async (database: Database, money: MoneyConfig): Promise<string> => {
  try {
    await agreeOnMoney(database, money);
    return 'none';
  } catch (error) {
    assert(error instanceof CannotStart);
    assert(!error.message.includes('\n'));
    return error.message;
  }
};
/** How it ends when a server of the house's database is started with these variables: the one line, and the exit code. */
const startOf = async (variables: Readonly<Record<string, string>>): Promise<[string, number | null]> => {
  const secret = 'a secret of at least thirty-two characters';
  const program = runMain({ DATABASE_URL: house.databaseUrl, AUTH_SECRET: secret, ...variables });
  const code = await program.ended;
  return [program.output(), code];
};

describe('the start', () => {
  test('of a real gateway is refused where there was play money, and says what to do', async () => {
    await house.sql`delete from money_sources`;
    const server = await house.start();
    await boxOffice(server).charge(newFan(), 5);
    const [line, code] = await startOf({ CHARGES: 'gateway', ...keys });
    assert.match(
      line,
      /^maejin: TOSS_SECRET_KEY must not be set on a database that holds play money \(open\): start on a new one .*\n$/,
    );
    assert.equal(code, 1);
    assert.deepEqual(await sources(house), ['open']);
  });

  test('of a real gateway writes it down; from then on play money is refused, at the start and by whoever runs already', async () => {
    await house.sql`delete from money_sources`;
    const open = await house.start();
    const gateway = await house.start({ CHARGES: 'gateway', ...keys });
    assert.deepEqual(await sources(house), ['toss']);
    const fan = newFan();
    for (let times = 0; times < 2; times += 1) {
      const { status, code } = await boxOffice(open).charge(fan, 5);
      assert.deepEqual([status, code], [403, 'CHARGE_NOT_ALLOWED']);
    }
    assert.equal((await boxOffice(gateway).wallet(fan)).body.balance, 0);
    for (const [variables, name] of [
      [{ CHARGES: 'open' }, 'CHARGES=open'],
      [{ CHARGES: 'gateway', SANDBOX: 'on' }, 'SANDBOX=on'],
    ] as const) {
      const [line, code] = await startOf(variables);
      assert.match(
        line,
        new RegExp(
          `^maejin: ${name} must not stand on a database that is for money of a real gateway \\(toss\\): .*\n$`,
        ),
      );
      assert.equal(code, 1);
    }
    assert.deepEqual(await sources(house), ['toss']);
  });

  test('knows who may stand beside whom', async () => {
    const { database, sql } = house;
    const stripe: MoneyConfig = { ...real, toss: undefined, stripe: { secretKey: 's', webhookSecret: 'w', api: 'a' } };
    const service: MoneyConfig = { ...real, charges: 'service' };
    const rows: [string[], Partial<Record<'open' | 'sandbox' | 'toss' | 'stripe' | 'service', boolean>>][] = [
      [[], { open: true, sandbox: true, toss: true, stripe: true, service: true }],
      [['open', 'sandbox'], { open: true, sandbox: true, toss: false, stripe: false, service: false }],
      [['sandbox'], { open: true, sandbox: true, toss: false, stripe: false, service: false }],
      [['toss'], { open: false, sandbox: false, toss: true, stripe: true, service: true }],
      [['service'], { open: true, sandbox: true, toss: true, stripe: true, service: true }],
      [['stripe', 'service'], { open: false, sandbox: false, toss: true, stripe: true, service: true }],
    ];
    const starts = { open: settings, sandbox, toss: real, stripe, service };
    for (const [there, expected] of rows) {
      for (const [name, money] of Object.entries(starts)) {
        await sql`delete from money_sources`;
        await sql`insert into money_sources (source) select unnest(${there}::text[])`;
        const complaint = await complaintOf(database, money);
        assert.equal(
          complaint === 'none',
          expected[name as keyof typeof expected],
          `${name} where ${there.join()} is: ${complaint}`,
        );
        if (complaint !== 'none') assert.deepEqual(await sources(house), there.toSorted(), 'nothing was written');
      }
    }
  });
});

describe('the first credit', () => {
  test('writes its source down before, once, whoever asks meanwhile; and from memory after that', async () => {
    await house.sql`delete from money_sources`;
    let transactions = 0;
    const database: Database = {
      ...house.database,
      transaction: (work) => {
        transactions += 1;
        return house.database.transaction(work);
      },
    };
    const wallet = createWallet({ database });
    await Promise.all(Array.from({ length: 20 }, () => wallet.knowSource('sandbox')));
    await wallet.knowSource('sandbox');
    assert.deepEqual([transactions, await sources(house)], [1, ['sandbox']]);
    await wallet.charge(`user-${randomId(8)}`, 'a', 5);
    await wallet.charge(`user-${randomId(8)}`, 'a', 5);
    assert.deepEqual(
      [transactions, await sources(house)],
      [2, ['open', 'sandbox']],
      'charges are plain: no transaction but that',
    );
  });

  test('of play money and the start of a real gateway, at once: one of them, never both', async () => {
    for (const first of ['play', 'real'] as const) {
      await house.sql`delete from money_sources`;
      const ends = await meeting(house, first);
      assert.deepEqual(ends, first === 'play' ? { charged: 10, started: 0 } : { charged: 0, started: 1 });
      assert.deepEqual(await sources(house), [first === 'play' ? 'open' : 'toss']);
    }
    await house.sql`delete from money_sources`;
    await bothWithoutTheLock(house);
    assert.deepEqual(await sources(house), ['open', 'toss'], 'the twin, which does not have the table to itself');
  });
});

/** Ten servers that were never asked, each with a first charge, and a start, all of which wait for one another. */
async function meeting(
  { database, databaseUrl, sql }: House,
  first: 'play' | 'real',
): Promise<{ charged: number; started: number }> {
  const others = connect(databaseUrl, { poolMax: 12, applicationName: 'maejin-test' });
  const charge = async (): Promise<number> => {
    const outcome = await createWallet({ database: others })
      .charge(`user-${randomId(8)}`, 'a', 5)
      .catch((error: unknown) => error);
    if (outcome instanceof Refusal) assert.equal(outcome.code, 'CHARGE_NOT_ALLOWED');
    else if (outcome instanceof Error) throw outcome;
    return outcome instanceof Refusal ? 0 : 1;
  };
  const waiting = async (count: number): Promise<void> =>
    lockWaiters({ sql }, count, { like: '%lock table money_sources%' });
  const [charges, start] = await database.transaction(async (tx) => {
    await tx`lock table money_sources in share row exclusive mode`;
    const starting = () => complaintOf(others, real);
    // Who waits first is let in first.
    const early = first === 'real' ? starting() : undefined;
    if (early !== undefined) await waiting(1);
    const charging = Array.from({ length: 10 }, charge);
    await waiting(early === undefined ? 10 : 11);
    const late = early ?? starting();
    if (early === undefined) await waiting(11);
    return [Promise.all(charging), late] as const;
  });
  const charged = (await charges).reduce((sum, one) => sum + one, 0);
  const started = (await start) === 'none' ? 1 : 0;
  await others.close();
  return { charged, started };
}

/** As it would be with rows alone: each looks before the other has written. */
async function bothWithoutTheLock({ database }: House): Promise<void> {
  const bothLooked = Promise.withResolvers<void>();
  let looked = 0;
  const claim = (source: string, against: string) =>
    database.transaction(async (tx) => {
      const found = await tx`select from money_sources where source = ${against}`;
      if ((looked += 1) === 2) bothLooked.resolve();
      await bothLooked.promise;
      if (found.length === 0) await tx`insert into money_sources (source) values (${source})`;
    });
  await Promise.all([claim('open', 'toss'), claim('toss', 'open')]);
}
