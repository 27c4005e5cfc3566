/**
 * The sandbox: a payment gateway of our own, with which the whole way of money is walked without any. No real money
 * moves. It speaks the words of Toss Payments (`wire.ts`), of whose public documents it was written, without having been
 * verified against Toss; its page has a button for each thing that goes wrong with real ones.
 *
 * Money appears only by a confirmation of what a person agreed to on the page, and the page is found only by its link,
 * which bears a seal: who knows the number of an order learns nothing by it.
 */
import type { Database } from '../../platform/database.ts';
import { createHmac } from '../../platform/hmac.ts';
import { rest, type Duty } from '../../platform/ticker.ts';
import type { GatewayOrder, Opened, Return } from '../terms.ts';
import { randomId } from '../../platform/ids.ts';
import { createNoticeSender } from './notices.ts';
import { byOrder, type Row } from './payments.ts';
import { press, type Pressed } from './pressing.ts';
import { openWire } from './wire.ts';

export interface SandboxOptions {
  readonly database: Database;
  /** Of this service; the sandbox's own are made of it. */
  readonly secret: string;
  /** Where browsers find this service, without a slash at the end. */
  readonly publicUrl: string;
  /** Where this process finds its own webhook. */
  readonly webhook: string;
}

export interface Sandbox {
  /** Where its wire is, and the secret that it wants to see there. */
  readonly api: string;
  readonly secretKey: string;
  /** Makes the payment known to its page. Again: the same. */
  open(order: GatewayOrder, back: Return): Promise<Opened>;
  /** The payment of a link; undefined if that is none. */
  find(orderId: string, seal: string): Promise<Row | undefined>;
  press(row: Row, action: string): Promise<Pressed>;
  readonly duties: readonly Duty[];
  close(): Promise<void>;
}

const kept_days = 30;
const retention_every_ms = 300_000;
const removed_at_once_max = 500;

export async function openSandbox({ database, secret, publicUrl, webhook }: SandboxOptions): Promise<Sandbox> {
  const hmac = createHmac(Buffer.from(secret));
  const secretKey = `sandbox_sk_${hmac.sign('sandbox: the key of its wire').toString('base64url')}`;
  const notices = createNoticeSender(database, webhook);
  const wire = await openWire({ database, secretKey, changed: notices.ring });
  return {
    api: wire.api,
    secretKey,
    open: async (order, back) => {
      await keep(database, order, back);
      const seal = hmac.sign(textOf(order.id)).toString('base64url');
      return { checkout: { url: `${publicUrl}/sandbox/checkout/${order.id}/${seal}` } };
    },
    find: async (orderId, seal) => (hmac.verify(textOf(orderId), seal) ? byOrder(database.sql, orderId) : undefined),
    press: async (row, action) => {
      const pressed = await press(database, row, action);
      notices.ring();
      return pressed;
    },
    duties: [notices.duty, retention(database)],
    close: wire.close,
  };
}

const textOf = (orderId: string): string => `sandbox: the page of ${orderId}`;

async function keep({ sql }: Database, order: GatewayOrder, back: Return): Promise<void> {
  await sql`
    insert into sandbox_payments
      (order_id, payment_key, amount, currency, order_name, success_url, fail_url, takes_deposits, expires_at)
    values (${order.id}, ${`sandbox_${randomId(24)}`}, ${order.amount}, ${order.currency}, ${back.orderName},
      ${back.successUrl}, ${back.failUrl}, ${order.refundAccount !== undefined}, ${order.expiresAt})
    on conflict (order_id) do nothing`;
}

function retention({ sql }: Database): Duty {
  return {
    name: 'sandbox.retention',
    everyMs: retention_every_ms,
    run: async () => {
      const removed = await sql`
        delete from sandbox_payments where order_id in (
          select order_id from sandbox_payments where created_at < now() - make_interval(days => ${kept_days})
          order by created_at limit ${removed_at_once_max} for update skip locked)
        returning 1`;
      return removed.length < removed_at_once_max ? rest(retention_every_ms) : undefined;
    },
  };
}
