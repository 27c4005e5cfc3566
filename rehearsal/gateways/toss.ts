/** Toss Payments with test keys, and the sandbox, which speaks as Toss does. */
import type { MoneyConfig } from '../../src/config.ts';
import { createCalls } from '../../src/gateway/calls.ts';
import { type Gateway, type GatewayOrder, type Sandbox, createGateways } from '../../src/gateway/gateway.ts';
import { asObject, textOf } from '../../src/gateway/reading.ts';
import { back, must, type Check, type Subject } from './contract.ts';

type Keys = NonNullable<MoneyConfig['toss']>;

const strangersKey = 'test_sk_nobodysKey000000000000';
const call_ms_max = 15_000;

function gatewayOf(method: 'toss' | 'sandbox', toss: Keys | undefined, sandbox: Sandbox | undefined): Gateway {
  const found = createGateways({ money: { toss, stripe: undefined }, sandbox }).get(method);
  must(found !== undefined, `there is no ${method}`);
  return found;
}

export function tossSubject(keys: Keys): Subject {
  return {
    gateway: gatewayOf('toss', keys, undefined),
    stranger: gatewayOf('toss', { ...keys, secretKey: strangersKey }, undefined),
    strangersKey,
    pay: 'Toss’s window takes a browser',
    account: (order) => issueAccount(keys, order),
    more: [
      unread,
      { name: 'a notice that Toss sends is taken', run: 'Toss sends none to this command: see docs/money.md' },
    ],
  };
}

/** Toss gives one by its API too, without its window. */
async function issueAccount({ api, secretKey }: Keys, order: GatewayOrder): Promise<string> {
  const headers = {
    authorization: `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`,
    'content-type': 'application/json',
    'idempotency-key': `check-${order.id}`,
  };
  const calls = createCalls({ name: 'Toss', api, headers, atOnce: 1 });
  const { id: orderId, amount, refundAccount } = order;
  const wanted = { orderId, amount, orderName: back.orderName, customerName: '점검', bank: refundAccount?.bank };
  const answer = await calls({
    method: 'POST',
    path: '/v1/virtual-accounts',
    body: JSON.stringify(wanted),
    msMax: call_ms_max,
  });
  const body = asObject(answer.body, 'the answer');
  must(answer.status === 200, `no account is given: ${String(body['code'])}`);
  return textOf(body, 'paymentKey');
}

export function sandboxSubject(sandbox: Sandbox): Subject {
  const gateway = gatewayOf('sandbox', undefined, sandbox);
  /** What a fan's press on that button brings back. */
  const press = async (order: GatewayOrder, action: string): Promise<string> => {
    const { checkout } = await gateway.open(order, back);
    must('url' in checkout, 'there is no page');
    const [id = '', seal = ''] = new URL(checkout.url).pathname.split('/').slice(-2);
    const row = await sandbox.find(id, seal);
    must(row !== undefined, 'the page is not found');
    const pressed = await sandbox.press(row, action);
    must('to' in pressed, `${action} leads nowhere`);
    return new URL(pressed.to, checkout.url).searchParams.get('paymentKey') ?? '';
  };
  return {
    gateway,
    stranger: gatewayOf('sandbox', undefined, { ...sandbox, secretKey: strangersKey }),
    strangersKey,
    pay: (order) => press(order, 'pay'),
    account: async (order) => {
      const paymentKey = await press(order, 'account');
      const standing = await gateway.confirm(order, paymentKey);
      must(standing.state === 'OPEN', `confirmed, it is ${standing.state}`);
      return paymentKey;
    },
    more: [unread],
  };
}

const unread: Check = {
  name: 'a notice that cannot be read is of no use, and one that can is believed in nothing but its order',
  run: async ({ gateway }) => {
    must((await gateway.readNotice({}, Buffer.from('{'))) === undefined, 'it is taken');
    const orderId = 'a'.repeat(22);
    const told = { eventType: 'PAYMENT_STATUS_CHANGED', data: { orderId, status: 'DONE', totalAmount: 1 } };
    const notice = await gateway.readNotice({}, Buffer.from(JSON.stringify(told)));
    must(JSON.stringify(notice) === JSON.stringify({ orderId, isSigned: false }), `read as ${JSON.stringify(notice)}`);
    return undefined;
  },
};
