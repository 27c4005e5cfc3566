/**
 * The audit finds what it is there to find: every check is shown a database in order, and one with its rule broken
 * by hand, constraints and triggers taken away where they would not let us.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { type AuditReport, createAudit } from '../src/audit/audit.ts';
import type { Database } from '../src/platform/database.ts';
import { checkNames } from '../web/console/desk/check-names.ts';
import { plants } from './harness/broken-rules.ts';
import { type House, openHouse } from './harness/house.ts';
import { world } from './harness/sale-in-rows.ts';
import { undone } from './harness/undone.ts';

async function openWorld(t: TestContext): Promise<House> {
  const house = await openHouse();
  t.after(() => house.close());
  await house.sql.unsafe(world);
  return house;
}

/** What the audit says while these statements have broken the world. */
function reportAfter({ database }: House, statements: string): Promise<AuditReport> {
  return undone(database, async (tx) => {
    await tx.unsafe(statements);
    return createAudit({ database: { ...database, transaction: (work) => work(tx) } }).run();
  });
}

describe('the audit', { concurrency: 4 }, () => {
  test('finds nothing in a database in order, and has every check broken below', async (t) => {
    const house = await openWorld(t);
    const { ok, checks } = await createAudit(house).run();
    assert.deepEqual(
      checks.filter((check) => !check.ok),
      [],
    );
    assert.equal(ok, true);
    assert.deepEqual(Object.keys(plants).toSorted(), checks.map(({ name }) => name).toSorted());
  });

  test('has a name in Korean for every check, and for no other', () => {
    assert.deepEqual(Object.keys(checkNames).toSorted(), Object.keys(plants).toSorted());
  });

  // One at a time: each takes tables of one database for itself, in its own order. A suite in a suite would otherwise
  // run as many at once as the one around it.
  describe('with one rule broken', { concurrency: 1 }, () => {
    let house: House;
    before(async () => {
      house = await openHouse();
      await house.sql.unsafe(world);
    });
    after(() => house.close());

    for (const [name, statements] of Object.entries(plants)) {
      for (const [index, statement] of statements.entries()) {
        test(`finds: ${name} (${index + 1})`, async () => {
          const { ok, checks } = await reportAfter(house, statement);
          const check = checks.find((candidate) => candidate.name === name);
          assert(check !== undefined);
          assert.equal(check.ok, false, statement);
          assert(check.violations >= 1 && check.sample.length >= 1);
          assert.equal(ok, false);
        });
      }
    }

    test('is found in order again: nothing of what was broken stayed', async () => {
      assert.equal((await createAudit(house).run()).ok, true);
    });
  });

  test('keeps to what a lowered limit left: nobody was sent away', async (t) => {
    const house = await openWorld(t);
    await house.sql`update rooms set max_active = 1, max_seats_per_fan = 1`;
    assert.equal((await createAudit(house).run()).ok, true);
  });

  test('sees one instant, whatever is committed meanwhile', async (t) => {
    const house = await openWorld(t);
    const over = new AbortController();
    const move = async (): Promise<void> => {
      while (!over.signal.aborted) {
        // Each commit keeps the books; half of one would not.
        await house.database.transaction(async (tx) => {
          const [wallet] = await tx<{ balance: number }[]>`
            update wallets set balance = balance + 1 where user_id = 'u2' returning balance`;
          const charge = { id: `m${wallet?.balance}`, amount: 1, balance: wallet?.balance ?? 0 };
          await tx`insert into transfers (user_id, kind, amount, balance, reference, source)
            values ('u2', 'CHARGE', 1, ${charge.balance}, ${charge.id}, 'open')`;
          await tx`insert into idempotency_keys (user_id, key, fingerprint, answer)
            values ('u2', ${charge.id}, 'charge 1', ${JSON.stringify(charge)})`;
        });
      }
    };
    const moving = move();
    const reports = [];
    for (let round = 0; round < 10; round++) reports.push(await createAudit(house).run());
    over.abort();
    await moving;
    assert.deepEqual(
      reports.flatMap(({ checks }) => checks.filter((check) => !check.ok)),
      [],
    );
  });

  test('is not misled by a hold that ran out and was taken over between its begin and its first look', async (t) => {
    const house = await openWorld(t);
    const takeOver = () =>
      house.database.transaction(async (tx) => {
        await tx`update reservations set held_until = clock_timestamp() where id = 'concert001-held'`;
        await tx`delete from idempotency_keys where key = 'k3'`;
        await tx`insert into reservations (concert_id, id, performance_id, user_id, seat_numbers, amount, status, held_until)
        values ('concert001', 'concert001-next', 'concert001-1', 'u5', '{2,3}', 2000, 'HELD', now() + interval '5 min')`;
        await tx`update seats set reservation_id = r.id, held_until = r.held_until from reservations r
        where r.id = 'concert001-next' and seats.performance_id = r.performance_id and seats.number = any (r.seat_numbers)`;
      });
    const transaction: Database['transaction'] = (work) =>
      house.database.transaction(async (tx) => {
        await tx`set local application_name = 'has begun'`;
        await takeOver();
        return work(tx);
      });
    const { ok, checks } = await createAudit({ database: { ...house.database, transaction } }).run();
    assert.deepEqual(
      checks.filter((check) => !check.ok),
      [],
    );
    assert.equal(ok, true);
  });

  test('is a command that names what is wrong and ends with 1', async (t) => {
    const house = await openWorld(t);
    assert.deepEqual(await command(house).then(({ code }) => code), 0);
    await house.sql`update wallets set balance = 12345 where user_id = 'u1'`;
    const { code, output } = await command(house);
    assert.equal(code, 1);
    assert.match(output, /^BROKEN {2}I4 each balance is the sum of its entries: 1$/m);
    assert.match(output, /"user_id":"u1"/);
    assert.match(output, /1 of \d+ checks are BROKEN/);
  });

  test('tells its usage to whoever asks for it, and names an option that it does not have; neither asks a database', async () => {
    const nowhere = { databaseUrl: 'postgres://nobody@127.0.0.1:1/none' };
    for (const asked of ['--help', '-h']) {
      const { code, output } = await command(nowhere, [asked]);
      assert.deepEqual([code, /^npm run audit$/m.test(output), /BROKEN|ok {4}/.test(output)], [0, true, false], output);
    }
    const wrong = await command(nowhere, ['--fix']);
    assert.deepEqual([wrong.code, wrong.output.trimEnd().split('\n').length], [1, 1], wrong.output);
    assert.match(wrong.output, /--fix/);
  });
});

function command(
  { databaseUrl }: Pick<House, 'databaseUrl'>,
  given: readonly string[] = [],
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const program = path.join(import.meta.dirname, '../src/audit/command.ts');
    const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl };
    const child = execFile(process.execPath, [program, ...given], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}
