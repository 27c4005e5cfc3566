/** Servers and their connections die in mid-load: what was acknowledged survives, the rest happened once or not at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxOffice, newFan, type BoxOffice } from './harness/box-office.ts';
import { eventually } from './harness/eventually.ts';
import { openHouse, type House } from './harness/house.ts';
import { lockWaiters } from './harness/lock-waiters.ts';
import { startRush } from './harness/rush.ts';
import type { Server } from './harness/server.ts';

async function withHouse(work: (house: House, servers: [Server, Server]) => Promise<void>): Promise<void> {
  const house = await openHouse();
  try {
    await work(house, await Promise.all([house.start(), house.start()]));
  } finally {
    await house.close();
  }
}

const lives = ({ process: child }: Server): boolean => child.exitCode === null && child.signalCode === null;
const twoOffices = (servers: readonly [Server, Server]): [BoxOffice, BoxOffice] => [
  boxOffice(servers[0]),
  boxOffice(servers[1]),
];

test('kill -9 of one of two servers in mid-load', async () => {
  await withHouse(async (house, [victim, survivor]) => {
    const offices = twoOffices([victim, survivor]);
    const rush = await startRush(offices, 24);
    await rush.answered(200);
    await victim.kill();
    rush.crowd.offices = [offices[1]];
    await rush.answered(100);
    const successor = boxOffice(await house.start());
    rush.crowd.offices = [offices[1], successor];
    await rush.answered(200);
    await rush.over();
    const lost = [...rush.crowd.answers.keys()].filter((what) => what.endsWith('lost'));
    assert(lost.length > 0, 'the server died with requests in its hands');
    await rush.settle();
    await successor.assertInvariants();
  });
});

test('a line that nobody has asked the new server about goes on', async () => {
  await withHouse(async (house, servers) => {
    const office = boxOffice(servers[0]);
    const { concertId } = await office.createConcert({ maxActive: 1, graceSeconds: 600 });
    const [inside, next] = [await office.issue(concertId, newFan()), await office.issue(concertId, newFan())];
    assert.deepEqual([inside.body.status, next.body.status], ['ACTIVE', 'WAIT']);
    await Promise.all(servers.map((server) => server.kill()));
    const successor = boxOffice(await house.start());
    await house.sql`update queue_tokens set expires_at = now() where concert_id = ${concertId} and expires_at is not null`;
    await eventually(async () => {
      const [room] = await house.sql<{ head: number }[]>`select head from rooms where concert_id = ${concertId}`;
      assert.equal(room?.head, 2);
    });
    assert.equal((await successor.status(next.body.token)).body.status, 'ACTIVE');
    await successor.assertInvariants();
  });
});

test('connections cut in mid-transaction, again and again: nothing but 503 tells of it', async () => {
  await withHouse(async (house, servers) => {
    const rush = await startRush(twoOffices(servers), 24);
    await rush.answered(100);
    let cut = 0;
    const cutSome = async (): Promise<void> => {
      const rows = await house.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name <> 'maejin-test' and (xact_start is not null or random() < 0.2)`;
      cut += rows.length;
    };
    for (let round = 0; round < 30; round++) {
      await cutSome();
      await rush.answered(5);
    }
    assert(cut > 30, `${cut} connections were cut`);
    await rush.answered(50);
    await rush.settle();
    assert(servers.every(lives));
    await boxOffice(servers[1]).assertInvariants();
  });
});

test('a server that stops dead while it holds a room’s lock holds up nobody for longer than the database allows', async () => {
  await withHouse(async (house, servers) => {
    const [frozen, other] = twoOffices(servers);
    const { concertId } = await other.createConcert({ maxActive: 1, graceSeconds: 600 });
    const token = await frozen.enter(concertId, newFan());

    const { process: stopped } = servers[0];
    const [locked, inTheWay] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const blocking = house.database.transaction(async (tx) => {
      await tx`lock table queue_tokens in access exclusive mode`;
      locked.resolve();
      await inTheWay.promise;
    });
    await locked.promise;
    // Leaving takes more than one round trip.
    const waiting = frozen.leave(token);
    await lockWaiters(house, 1, { like: '%for no key update of token%', ms: 20_000 });
    stopped.kill('SIGSTOP');
    inTheWay.resolve();
    await blocking;
    let next = '';
    try {
      await eventually(async () => {
        const holding = await house.sql`
        select from pg_stat_activity where datname = current_database() and state = 'idle in transaction' and query ~ 'for no key update of token'`;
        assert.equal(
          holding.length,
          1,
          JSON.stringify(
            await house.sql`select pid, state, wait_event_type, wait_event, left(query, 60) as query, now() - xact_start as age from pg_stat_activity where datname = current_database()`,
          ),
        );
      });

      const fan = newFan();
      const answer = await eventually(async () => {
        const asked = await other.issue(concertId, fan);
        assert(asked.status < 300, asked.code);
        return asked;
      }, 30_000);
      assert.equal(answer.body.position, 1, 'the slot that was never given up is taken');
      next = answer.body.token;
    } finally {
      stopped.kill('SIGCONT');
    }
    const thawed = await waiting;
    // Tried again for as long as a command is, counted from before the freeze: carried out once, or known not to be.
    assert([204, 503].includes(thawed.status), `${thawed.status}`);
    assert.equal((await frozen.leave(token)).status, 204);
    await eventually(async () => {
      assert.equal((await other.status(next)).body.status, 'ACTIVE');
    });
    await other.assertInvariants();
  });
});
