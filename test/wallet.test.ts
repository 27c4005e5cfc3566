/** The wallet through the front door, on two servers: nothing lost, nothing twice, nothing over the limit. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { boxOffice, newFan, newFans, type BoxOffice, type Fan } from './harness/box-office.ts';
import { openHouse, type House } from './harness/house.ts';

const charge_max = 10_000_000;
const balance_max = 100_000_000;

let house: House;
let one: BoxOffice;
let other: BoxOffice;

before(async () => {
  house = await openHouse();
  one = boxOffice(await house.start());
  other = boxOffice(await house.start());
});
after(async () => {
  try {
    await one.assertInvariants();
  } finally {
    await house.close();
  }
});

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
/** Every other request goes to the other server. */
const either = (index: number): BoxOffice => (index % 2 === 0 ? one : other);

async function balanceOf(fan: Fan): Promise<number> {
  const [there, here] = await Promise.all([other.wallet(fan), one.wallet(fan)]);
  assert.deepEqual(there.body, here.body);
  return here.body.balance;
}

describe('charging', () => {
  test('adds to the balance, which starts at 0, and is told on every server', async () => {
    const fan = newFan();
    assert.deepEqual((await one.wallet(fan)).body, { balance: 0, currency: 'KRW' });
    const first = await one.charge(fan, 30_000);
    assert.equal(first.status, 201);
    assert.deepEqual(Object.keys(first.body), ['id', 'amount', 'balance']);
    assert.deepEqual([first.body.amount, first.body.balance], [30_000, 30_000]);
    assert.equal(first.headers.get('idempotent-replayed'), null);
    const second = await other.charge(fan, 1);
    assert.equal(second.body.balance, 30_001);
    assert.notEqual(second.body.id, first.body.id);
    assert.equal(await balanceOf(fan), 30_001);
  });

  test('100 charges of 1 at once for one user make 100, on one server and on two', async () => {
    for (const [where, fan] of [
      [() => one, newFan()],
      [either, newFan()],
    ] as const) {
      const answers = await Promise.all(times(100, (index) => where(index).charge(fan, 1)));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
      // Each was told its own balance: none of them saw another's.
      const balances = answers.map(({ body }) => body.balance).toSorted((a, b) => a - b);
      assert.deepEqual(
        balances,
        times(100, (index) => index + 1),
      );
      assert.equal(await balanceOf(fan), 100);
    }
  });

  test('many fans at once, each their own money', async () => {
    const fans = newFans(60);
    await Promise.all(
      fans.flatMap((fan, index) => times(3, (n) => either(index + n).charge(fan, (index + 1) * 10 ** n))),
    );
    assert.deepEqual(
      await Promise.all(fans.map(balanceOf)),
      times(60, (index) => (index + 1) * 111),
    );
  });
});

describe('an Idempotency-Key', () => {
  test('50 times at once acts once and gets 50 equal answers', async () => {
    const fan = newFan();
    const key = randomUUID();
    const answers = await Promise.all(times(50, (index) => either(index).charge(fan, 700, key)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
    assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
    assert.equal(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true').length, 49);
    assert.equal(await balanceOf(fan), 700);
    assert.equal((await one.entries(fan)).body.entries.length, 1);
  });

  test('gets the first answer again later, whatever the balance is by then', async () => {
    const fan = newFan();
    const key = randomUUID();
    const first = await one.charge(fan, 5, key);
    await one.charge(fan, 5);
    const again = await other.charge(fan, 5, key);
    assert.deepEqual([again.status, again.body, again.headers.get('idempotent-replayed')], [201, first.body, 'true']);
    assert.equal(await balanceOf(fan), 10);
  });

  test('with another amount is refused, one after the other and at once', async () => {
    const fan = newFan();
    const key = randomUUID();
    await one.charge(fan, 5, key);
    const reused = await other.charge(fan, 6, key);
    assert.deepEqual([reused.status, reused.code], [422, 'IDEMPOTENCY_KEY_REUSED']);
    const answers = await Promise.all(
      times(40, (index) => either(index).charge(fan, 100 + (index % 4), 'one-key,four-amounts')),
    );
    const done = answers.filter(({ status }) => status === 201);
    assert.equal(new Set(done.map(({ body }) => body.id)).size, 1);
    assert.equal(done.length, 10);
    assert.deepEqual(
      [...new Set(answers.filter((answer) => !done.includes(answer)).map(({ code }) => code))],
      ['IDEMPOTENCY_KEY_REUSED'],
    );
    assert.equal(await balanceOf(fan), 5 + (done[0]?.body.amount ?? 0));
  });

  test('belongs to its user', async () => {
    const fans = newFans(2);
    const key = 'the-same-for-both';
    const answers = await Promise.all(fans.map((fan) => one.charge(fan, 9, key)));
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body.balance]),
      [
        [201, 9],
        [201, 9],
      ],
    );
  });

  test('is 1 to 255 visible ASCII characters', async () => {
    const fan = newFan();
    const body = { amount: 1 };
    const charge = (headers: Record<string, string>) =>
      one.call('POST', '/api/v1/wallet/charges', { bearer: fan.token, headers, body });
    for (const headers of [
      {},
      ...['', 'x'.repeat(256), 'a b', 'ключ'].map((key) => ({
        'idempotency-key': Buffer.from(key).toString('latin1'),
      })),
    ]) {
      const { status, code } = await charge(headers);
      assert.deepEqual([status, code], [400, 'IDEMPOTENCY_KEY_REQUIRED'], JSON.stringify(headers));
    }
    for (const key of ['!', '~'.repeat(255), '"{}\\\''])
      assert.equal((await charge({ 'idempotency-key': key })).status, 201, key);
    assert.equal(await balanceOf(fan), 3);
  });
});

describe('the limits', () => {
  test('refuse amounts that are not 1 to 10,000,000, and change nothing', async () => {
    const fan = newFan();
    const bodies: unknown[] = [0, -1, 1.5, charge_max + 1, 1e300, '5', null, true, [1]].map((amount) => ({ amount }));
    for (const body of [...bodies, {}, { amount: 1, currency: 'USD' }, [], 'text']) {
      const { status, code, fields } = await one.call('POST', '/api/v1/wallet/charges', {
        bearer: fan.token,
        key: randomUUID(),
        body,
      });
      assert.deepEqual([status, code], [400, 'VALIDATION_FAILED'], JSON.stringify(body));
      assert(Array.isArray(fields['errors']) && fields['errors'].length > 0);
    }
    assert.equal(await balanceOf(fan), 0);
    assert.deepEqual((await one.entries(fan)).body, { entries: [], nextCursor: null });
  });

  test('keep the balance at 100,000,000 at most, to the last won', async () => {
    const fan = newFan();
    await Promise.all(times(10, (index) => either(index).charge(fan, charge_max)));
    const key = randomUUID();
    const over = await one.charge(fan, 1, key);
    assert.deepEqual(
      [over.status, over.code, over.fields['limit'], over.fields['balance']],
      [409, 'BALANCE_LIMIT_EXCEEDED', balance_max, balance_max],
    );
    assert.equal(await balanceOf(fan), balance_max);
    const keys = await house.sql`select from idempotency_keys where user_id = ${fan.userId} and key = ${key}`;
    assert.equal(keys.length, 0, 'a refusal is not remembered: the next try may succeed');
  });

  test('let in exactly as much as fits when 100 come at once', async () => {
    const fan = newFan();
    await Promise.all(times(10, (index) => one.charge(fan, index === 0 ? charge_max - 50 : charge_max)));
    const answers = await Promise.all(times(100, (index) => either(index).charge(fan, 1)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 50);
    assert.equal(answers.filter(({ code }) => code === 'BALANCE_LIMIT_EXCEEDED').length, 50);
    assert.equal(await balanceOf(fan), balance_max);
  });

  test('refuse one charge and not its neighbours', async () => {
    const fan = newFan();
    const neighbours = newFans(20);
    await Promise.all(times(10, (index) => one.charge(fan, index === 0 ? charge_max - 5 : charge_max)));
    const answers = await Promise.all([
      one.charge(fan, 6),
      ...neighbours.map((neighbour) => one.charge(neighbour, 6)),
      one.charge(fan, 5),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [409, ...times(20, () => 201), 201],
    );
  });
});

describe('the entries', () => {
  test('page from the newest to the oldest, each once, with the balance of their time', async () => {
    const fan = newFan();
    for (let amount = 1; amount <= 23; amount += 1) await either(amount).charge(fan, amount);
    await one.charge(newFan(), 77);
    const seen = [];
    let cursor: string | null = null;
    do {
      const { status, body } = await one.entries(fan, `?limit=10${cursor === null ? '' : `&cursor=${cursor}`}`);
      assert.equal(status, 200);
      assert(body.entries.length > 0);
      seen.push(...body.entries);
      cursor = body.nextCursor;
      // What comes meanwhile moves no page.
      if (seen.length === 10) await one.charge(fan, 100);
    } while (cursor !== null);
    assert.deepEqual(
      seen.map(({ amount }) => amount),
      times(23, (index) => 23 - index),
    );
    assert.deepEqual(
      seen.map(({ balance }) => balance),
      seen.map(({ amount }) => (amount * (amount + 1)) / 2),
    );
    assert.equal(new Set(seen.map(({ id }) => id)).size, 23);
    const [newest] = seen;
    assert(newest !== undefined);
    assert.deepEqual(Object.keys(newest), ['id', 'kind', 'amount', 'balance', 'reference', 'at']);
    assert.equal(newest.kind, 'CHARGE');
    assert(Math.abs(Date.parse(newest.at) - Date.now()) < 60_000);
    assert.equal((await one.entries(fan, '?limit=24')).body.nextCursor, null, 'a page that is just full has no next');
  });

  test('refuse pages that are none', async () => {
    const fan = newFan();
    for (const query of [
      '?limit=0',
      '?limit=201',
      '?limit=x',
      '?cursor=x',
      '?cursor=-1',
      '?cursor=1;2',
      '?cursor=%00',
      `?cursor=${'9'.repeat(30)}`,
    ]) {
      const { status, code } = await one.entries(fan, query);
      assert.deepEqual([status, code], [400, 'VALIDATION_FAILED'], query);
    }
  });
});

test('nobody reaches a wallet without an access token', async () => {
  for (const [method, url] of [
    ['GET', '/api/v1/wallet'],
    ['GET', '/api/v1/wallet/entries'],
    ['POST', '/api/v1/wallet/charges'],
  ] as const) {
    const asked = method === 'POST' ? { key: randomUUID(), body: { amount: 1 } } : {};
    const { status, code } = await one.call(method, url, asked);
    assert.deepEqual([status, code], [401, 'UNAUTHENTICATED']);
  }
});
