/**
 * What Toss is asked, to the letter, and what becomes of answers that say nothing: a server that answers whatever a test
 * tells it to, byte by byte. None of those may ever be money, or a no.
 */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createGateways, GatewayUnclear, type Gateway } from '../src/gateway/gateway.ts';
import { createToss } from '../src/gateway/toss.ts';
import { newOrder, refundAccount } from './harness/sandbox.ts';

interface Heard {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

const payment = { paymentKey: 'key-1', orderId: 'x', status: 'DONE', totalAmount: 50_000, currency: 'KRW' };
const name = { en: 'Toss', ko: '토스' };

function tossAt(server: { address(): unknown }, patience = { confirmMs: 5_000, otherMs: 5_000 }): Gateway {
  const { port } = server.address() as AddressInfo;
  const api = `http://127.0.0.1:${port}`;
  const open = () => Promise.reject(new Error('not asked'));
  return createToss({ id: 'toss', name, secretKey: 'test_sk_1', api, open, patience });
}

function listening(server: { listen(port: number, host: string, done: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
}

describe('what Toss is asked', () => {
  const heard: Heard[] = [];
  const answers: { status: number; body: unknown }[] = [];
  let server: Server;
  let toss: Gateway;
  before(async () => {
    server = createServer((request, response) => {
      void Array.fromAsync(request as AsyncIterable<Buffer>).then((parts) => {
        const { method, url, headers } = request;
        const text = parts.join('');
        heard.push({ method, url, headers, body: text === '' ? undefined : JSON.parse(text) });
        const { status, body } = answers.shift() ?? { status: 500, body: {} };
        response.writeHead(status).end(JSON.stringify(body));
      });
    });
    await listening(server);
    toss = tossAt(server);
  });
  after(() => server.close());

  const asked = (): Heard[] => heard.splice(0);

  test('a confirmation carries the secret, and a key made of order and payment', async () => {
    const order = newOrder();
    answers.push({ status: 200, body: { ...payment, orderId: order.id } });
    assert.equal((await toss.confirm(order, 'key-1')).state, 'PAID');
    answers.push({ status: 200, body: { ...payment, orderId: order.id } });
    await toss.confirm(order, 'k'.repeat(200));
    const [first, second] = asked();
    assert.equal(`${first?.method} ${first?.url}`, 'POST /v1/payments/confirm');
    assert.deepEqual(first?.body, { paymentKey: 'key-1', orderId: order.id, amount: 50_000 });
    assert.equal(first.headers['authorization'], `Basic ${Buffer.from('test_sk_1:').toString('base64')}`);
    const keys = [first, second].map((one) => String(one?.headers['idempotency-key']));
    assert.notEqual(keys[0], keys[1]);
    for (const key of keys) assert(key.includes(order.id) && key.length <= 300, key);
  });

  test('while a first try is at work there it is asked again, under the same key', async () => {
    const order = newOrder();
    answers.push({ status: 409, body: { code: 'IDEMPOTENT_REQUEST_PROCESSING' } });
    answers.push({ status: 200, body: { ...payment, orderId: order.id } });
    assert.equal((await toss.confirm(order, 'key-1')).state, 'PAID');
    const [first, second] = asked();
    assert.equal(first?.headers['idempotency-key'], second?.headers['idempotency-key']);
  });

  test('before a no is believed, whether something else paid for the order', async () => {
    const order = newOrder();
    const refused = { status: 403, body: { code: 'REJECT_CARD_PAYMENT', message: '' } };
    answers.push(refused, { status: 200, body: { ...payment, orderId: order.id } });
    assert.equal((await toss.confirm(order, 'key-2')).state, 'PAID');
    const waiting = { ...payment, orderId: order.id, status: 'WAITING_FOR_DEPOSIT' };
    answers.push(refused, { status: 200, body: waiting });
    assert.equal((await toss.confirm(order, 'key-2')).state, 'OPEN');
    answers.push(refused, { status: 404, body: { code: 'NOT_FOUND_PAYMENT' } });
    assert.deepEqual(await toss.confirm(order, 'key-2'), { state: 'REFUSED', because: 'REJECT_CARD_PAYMENT' });
    // Somebody else's payment that waits is nothing to this order.
    answers.push({ status: 200, body: { ...waiting, orderId: 'another' } });
    assert.deepEqual(await toss.lookUp({ ...order, paymentKey: 'key-1' }), { state: 'ABSENT' });
    asked();
  });

  test('a part goes back with its id, and to an account where one was paid into', async () => {
    const order = { ...newOrder({ refundAccount }), paymentKey: 'key-1' };
    const part = { id: 'abc-1', amount: 1_000 };
    const own = { ...payment, orderId: order.id };
    const cancels = [{ cancelAmount: 1_000, cancelReason: 'anything [abc-1]', cancelStatus: 'DONE' }];
    answers.push({ status: 200, body: own }, { status: 200, body: { ...own, status: 'PARTIAL_CANCELED', cancels } });
    assert.deepEqual(await toss.sendBack(order, part), { state: 'DONE' });
    const [, byCard] = asked();
    assert.equal(byCard?.url, '/v1/payments/key-1/cancel');
    const { cancelReason, ...rest } = byCard.body as { cancelReason: string };
    assert.match(cancelReason, /\[abc-1\]$/);
    assert.deepEqual(rest, { cancelAmount: 1_000 });
    assert.match(String(byCard.headers['idempotency-key']), /abc-1/);
    // On its way abroad, and not there yet.
    const begun = { ...own, virtualAccount: {}, cancels: [{ ...cancels[0], cancelStatus: 'IN_PROGRESS' }] };
    answers.push({ status: 200, body: { ...own, virtualAccount: {} } }, { status: 200, body: begun });
    assert.deepEqual(await toss.sendBack(order, part), { state: 'PENDING' });
    assert.deepEqual((asked().at(1)?.body as { refundReceiveAccount?: unknown } | undefined)?.refundReceiveAccount, {
      bank: '88',
      accountNumber: '110123456789',
      holderName: '김매진',
    });
    answers.push({ status: 200, body: begun });
    const standing = await toss.lookUp(order);
    assert(standing.state === 'PAID');
    assert.deepEqual(standing.undone, []);
    answers.push({ status: 200, body: own }, { status: 200, body: own });
    await assert.rejects(toss.sendBack(order, part), GatewayUnclear, 'cancelled, but not this part');
  });

  test('cancelled before any money came is a payment that failed, and none that came and went back', async () => {
    const order = newOrder();
    const cancelled = { ...payment, orderId: order.id, status: 'CANCELED', cancels: null };
    answers.push({ status: 200, body: { ...cancelled, approvedAt: null } });
    assert.deepEqual(await toss.lookUp(order), { state: 'FAILED', because: 'CANCELED' });
    answers.push({ status: 200, body: { ...cancelled, approvedAt: '2026-11-28T12:00:00+09:00' } });
    assert.equal((await toss.lookUp(order)).state, 'PAID');
    asked();
  });

  test('codes that speak of us, or of later, are no word on the payment', async () => {
    for (const code of ['PROVIDER_ERROR', 'UNAUTHORIZED_KEY', 'FORBIDDEN_CONSECUTIVE_REQUEST', 'INVALID_API_KEY']) {
      answers.push({ status: 400, body: { code, message: '' } });
      await assert.rejects(toss.confirm(newOrder(), 'key-1'), GatewayUnclear, code);
      answers.push({ status: 200, body: payment }, { status: 403, body: { code, message: '' } });
      await assert.rejects(toss.sendBack(newOrder(), { id: 'abc-1', amount: 1 }), GatewayUnclear, code);
    }
  });
});

describe('an answer that says nothing', () => {
  const sockets = new Set<Socket>();
  let reply: string | undefined;
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      if (reply !== undefined) socket.end(reply);
    });
  });
  before(() => listening(server));
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const http = (status: string, body: string, length = Buffer.byteLength(body)): string =>
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`;
  const shaped = (more: object): string => http('200 OK', JSON.stringify({ ...payment, ...more }));
  const nothings: Readonly<Record<string, string | undefined>> = {
    'an error of theirs': http('500 Oops', JSON.stringify(payment)),
    'too many requests': http('429 Slow down', JSON.stringify({ code: 'TOO_MANY' })),
    'a gateway in between': http('502 Bad Gateway', '<html>'),
    'a redirection': 'HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n',
    'no JSON': http('200 OK', 'DONE'),
    'no object': http('200 OK', '"DONE"'),
    nothing: http('200 OK', ''),
    'half of it': http('200 OK', JSON.stringify(payment).slice(0, 20), 400),
    'no HTTP': 'DONE DONE DONE\r\n\r\n',
    'a hang-up': '',
    silence: undefined,
    'too much': http('200 OK', `{"a":"${'x'.repeat(300_000)}"}`),
    'no status': shaped({ status: undefined }),
    'another status': shaped({ status: 'PAID' }),
    'no order': shaped({ orderId: undefined }),
    'half a won': shaped({ totalAmount: 50_000.5 }),
    'an amount in words': shaped({ totalAmount: '50000' }),
    'less than nothing': shaped({ totalAmount: -1 }),
    'more than there is': shaped({ totalAmount: 2 ** 53 }),
    'more back than came': shaped({ cancels: [{ cancelAmount: 50_001, cancelReason: '' }] }),
    'cancels that are none': shaped({ cancels: [{}] }),
    'no currency': shaped({ currency: null }),
    'a no without a code': http('400 No', '{}'),
    'a no in words': http('400 No', JSON.stringify({ code: 'no, sorry' })),
  };
  for (const [what, bytes] of Object.entries(nothings)) {
    test(`${what} is unclear`, async () => {
      reply = bytes;
      const ms = bytes === undefined ? 200 : 5_000;
      const toss = tossAt(server, { confirmMs: ms, otherMs: ms });
      await assert.rejects(toss.lookUp(newOrder()), GatewayUnclear);
      await assert.rejects(toss.confirm(newOrder(), 'key-1'), GatewayUnclear);
      await assert.rejects(toss.sendBack(newOrder(), { id: 'abc-1', amount: 1 }), GatewayUnclear);
    });
  }

  test('nobody there is unclear', async () => {
    const api = 'http://127.0.0.1:9';
    const open = () => Promise.reject(new Error('not asked'));
    const toss = createToss({ id: 'toss', name, secretKey: 'test_sk_1', api, open });
    await assert.rejects(toss.lookUp(newOrder()), GatewayUnclear);
  });
});

describe('the real one', () => {
  const keys = { clientKey: 'test_ck_1', secretKey: 'test_sk_1', api: 'http://127.0.0.1:9' };
  const toss = createGateways({ money: { toss: keys, stripe: undefined }, sandbox: undefined }).get('toss');

  test('is opened by what its own script asks for, without a question', async () => {
    const back = { successUrl: 'http://a.example/ok', failUrl: 'http://a.example/no', orderName: 'Wallet' };
    const order = newOrder();
    const checkout = { clientKey: 'test_ck_1', orderId: order.id, ...back };
    assert.deepEqual(await toss?.open(order, back), { checkout });
  });

  test('sends notices that name an order, and are believed in nothing else', () => {
    const orderId = newOrder().id;
    const read = (notice: unknown) => toss?.readNotice({}, Buffer.from(JSON.stringify(notice)));
    const changed = { eventType: 'PAYMENT_STATUS_CHANGED', data: { ...payment, orderId, secret: 'ps_1' } };
    assert.deepEqual(read(changed), { orderId, isSigned: false });
    const deposit = { createdAt: '2026-11-28T12:00:00', secret: 'ps_1', orderId, status: 'DONE', transactionKey: 'T' };
    assert.deepEqual(read(deposit), { orderId, isSigned: false, secret: 'ps_1' });
    const useless = [
      null,
      [],
      'DONE',
      { ...deposit, secret: undefined },
      { ...deposit, secret: 'x'.repeat(201) },
      { ...deposit, orderId: 'of somebody else’s shop' },
      { ...changed, data: null },
      { ...changed, data: { orderId: `${orderId}\n` } },
      { eventType: 'PAYOUT_STATUS_CHANGED', secret: 'ps_1', orderId },
    ];
    for (const notice of useless) assert.equal(read(notice), undefined, JSON.stringify(notice));
    assert.equal(toss?.readNotice({}, Buffer.from('{"eventType":')), undefined);
    assert.equal(toss?.readNotice({}, Buffer.alloc(0)), undefined);
  });
});
