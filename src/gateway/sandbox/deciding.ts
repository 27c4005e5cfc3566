/**
 * What the sandbox decides when the shop asks: confirmations and cancels, each once a key. Codes and statuses are those
 * of Toss's public list of errors. The answer is kept by the transaction of its effect, so a repeat gets it again
 * whatever became of the first.
 */
import type { Database, Tx } from '../../platform/database.ts';
import { randomId } from '../../platform/ids.ts';
import { addNotices } from './notices.ts';
import { asPayment, cancelledOf, inSeoul, lockByKey, type Misfortune, type Row } from './payments.ts';

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Decided {
  readonly reply: Reply;
  readonly misfortune: Misfortune | null;
}

/** A request under its `Idempotency-Key`, if it has one. */
export interface Asked {
  readonly key: string | undefined;
  readonly address: string;
  readonly paymentKey: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const answers_per_order_max = 500;
const cancels_per_order_max = 200;
const reason_chars_max = 200;
const deposit_days = 7;

export function refusal(status: number, code: string): Reply {
  return { status, body: { code, message: 'Simulated' } };
}

type Decide = (tx: Tx, row: Row, asked: Asked) => Promise<Decided>;

export async function decideOnce(database: Database, asked: Asked, decide: Decide): Promise<Decided> {
  return database.transaction(async (tx) => {
    const row = await lockByKey(tx, asked.paymentKey);
    if (row === undefined) return plain(refusal(404, 'NOT_FOUND_PAYMENT'));
    const known = await answered(tx, asked);
    if (known !== undefined) return plain(known);
    const decided = await decide(tx, row, asked);
    keep(tx, row, { asked, reply: decided.reply });
    return decided;
  });
}

function plain(reply: Reply): Decided {
  return { reply, misfortune: null };
}

async function answered(tx: Tx, { key, address }: Asked): Promise<Reply | undefined> {
  if (key === undefined) return undefined;
  const [known] = await tx<{ status: number; body: string }[]>`
    select status, body from sandbox_answers where key = ${key} and address = ${address}`;
  return known && { status: known.status, body: JSON.parse(known.body) as Reply['body'] };
}

function keep(tx: Tx, { orderId }: Row, { asked, reply }: { readonly asked: Asked; readonly reply: Reply }): void {
  if (asked.key === undefined) return;
  void tx`
    insert into sandbox_answers (key, address, order_id, status, body)
    select ${asked.key}, ${asked.address}, ${orderId}, ${reply.status}::integer, ${JSON.stringify(reply.body)}
    where (select count(*) from sandbox_answers where order_id = ${orderId}) < ${answers_per_order_max}`.execute();
}

/** Takes what somebody agreed to on the page. */
export const decideConfirm: Decide = async (tx, row, { body }) => {
  const { status, misfortune } = row;
  if (body['orderId'] !== row.orderId || body['amount'] !== row.amount) return plain(refusal(400, 'INVALID_REQUEST'));
  if (status === 'READY' || status === 'EXPIRED') return plain(refusal(404, 'NOT_FOUND_PAYMENT_SESSION'));
  if (status !== 'IN_PROGRESS') return plain(refusal(400, 'ALREADY_PROCESSED_PAYMENT'));
  if (misfortune === 'REFUSE') {
    await tx`
      update sandbox_payments set status = 'ABORTED', because = 'REJECT_CARD_PAYMENT', misfortune = null
      where order_id = ${row.orderId}`;
    await addNotices(tx, row.orderId);
    return plain(refusal(403, 'REJECT_CARD_PAYMENT'));
  }
  const isAccount = row.method === 'VIRTUAL_ACCOUNT';
  await tx`
    update sandbox_payments set status = ${isAccount ? 'WAITING_FOR_DEPOSIT' : 'DONE'}, misfortune = null,
      secret = ${`ps_${randomId(28)}`}, approved_at = ${isAccount ? tx`null` : tx`now()`},
      due_at = ${isAccount ? tx`now() + make_interval(days => ${deposit_days})` : tx`null`}
    where order_id = ${row.orderId}`;
  const after = await addNotices(tx, row.orderId);
  return { reply: { status: 200, body: asPayment(after) }, misfortune };
};

/** Sends all of it or a part back. */
export const decideCancel: Decide = async (tx, row, { body }) => {
  const { cancelReason: reason, cancelAmount } = body;
  if (typeof reason !== 'string' || reason === '' || reason.length > reason_chars_max)
    return plain(refusal(400, 'INVALID_REQUEST'));
  if (row.status === 'CANCELED') return plain(refusal(400, 'ALREADY_CANCELED_PAYMENT'));
  const left = row.amount - cancelledOf(row);
  const amount = cancelAmount === undefined ? left : cancelAmount;
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 1)
    return plain(refusal(400, 'INVALID_REQUEST'));
  const because = refusalOfCancel(row, { amount, left, account: body['refundReceiveAccount'] });
  if (because !== undefined) return plain(because);
  const after = await cancel(tx, row, { amount, reason });
  return plain({ status: 200, body: asPayment(after) });
};

function refusalOfCancel(
  row: Row,
  { amount, left, account }: { readonly amount: number; readonly left: number; readonly account: unknown },
): Reply | undefined {
  if (row.status === 'WAITING_FOR_DEPOSIT') {
    return amount === left ? undefined : refusal(403, 'NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT');
  }
  if (row.status !== 'DONE' && row.status !== 'PARTIAL_CANCELED') return refusal(403, 'NOT_CANCELABLE_PAYMENT');
  if (row.cancels.length >= cancels_per_order_max) return refusal(403, 'NOT_CANCELABLE_PAYMENT');
  if (amount > left) return refusal(403, 'NOT_CANCELABLE_AMOUNT');
  const isAccount = typeof account === 'object' && account !== null;
  return row.method === 'VIRTUAL_ACCOUNT' && !isAccount ? refusal(400, 'INVALID_REFUND_ACCOUNT_INFO') : undefined;
}

/** Whoever asks, the shop or somebody at the gateway's desk. It has to be possible. */
export async function cancel(
  tx: Tx,
  row: Row,
  { amount, reason }: { readonly amount: number; readonly reason: string },
): Promise<Row> {
  const isAll = amount === row.amount - cancelledOf(row);
  const entry = { amount, reason, key: randomId(32), at: inSeoul(row.now) };
  await tx`
    update sandbox_payments set status = ${isAll ? 'CANCELED' : 'PARTIAL_CANCELED'},
      cancels = cancels || ${JSON.stringify([entry])}::text::jsonb
    where order_id = ${row.orderId}`;
  return addNotices(tx, row.orderId);
}
