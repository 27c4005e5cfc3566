/**
 * What the sandbox tells the shop of its own accord: one notice of each change, over HTTP to the shop's webhook, and
 * again with growing pauses while that does not say 200, as Toss does. They wait in the database, so that a late one
 * survives the end of this process. Here too what can go wrong with notices is made to.
 */
import type { Database, Sql, Tx } from '../../platform/database.ts';
import { randomId } from '../../platform/ids.ts';
import { createBell, rest, type Duty } from '../../platform/ticker.ts';
import { asPayment, byOrder, inSeoul, type Manner, type Row } from './payments.ts';

const late_seconds = 60;
const stale_seconds = 2;
const waiting_per_order_max = 50;

interface Outgoing {
  readonly body: object;
  readonly afterSeconds: number;
}

/** Tells what the row has become, in the manner that was chosen for it, or in this one. Answers the row. */
export async function addNotices(tx: Tx, orderId: string, manner?: Manner): Promise<Row> {
  const row = await byOrder(tx, orderId);
  if (row === undefined) throw new Error('a payment vanished under its lock');
  const outgoing = noticesOf(row, manner ?? row.manner);
  const bodies = outgoing.map(({ body }) => JSON.stringify(body));
  const after = outgoing.map(({ afterSeconds }) => afterSeconds);
  await tx`
    insert into sandbox_notices (order_id, body, send_at)
    select ${orderId}, body, now() + make_interval(secs => seconds)
    from unnest(${bodies}::text[], ${after}::integer[]) as outgoing (body, seconds)
    where (select count(*) from sandbox_notices where order_id = ${orderId}) < ${waiting_per_order_max}`;
  if (row.manner !== null) await tx`update sandbox_payments set manner = null where order_id = ${orderId}`;
  return row;
}

function noticesOf(row: Row, manner: Manner | null): readonly Outgoing[] {
  const own = changed(row, asPayment(row));
  const plain = [...(row.method === 'VIRTUAL_ACCOUNT' ? [deposit(row, row.secret ?? '')] : []), own];
  return manner === null ? soon(plain) : manners[manner](row, plain);
}

const manners: Readonly<Record<Manner, (row: Row, plain: readonly object[]) => readonly Outgoing[]>> = {
  TWICE: (_row, plain) => soon([...plain, ...plain]),
  LATE: (_row, plain) => plain.map((body) => ({ body, afterSeconds: late_seconds })),
  // What was true before arrives behind what is true now.
  OUT_OF_ORDER: (row, plain) => {
    const before = changed(row, { ...asPayment(row), status: 'IN_PROGRESS', cancels: null });
    return [...soon(plain), { body: before, afterSeconds: stale_seconds }];
  },
  FORGED: (row, plain) => soon([...plain, ...forged(row)]),
  OTHER_AMOUNT: (row) => {
    const amount = row.amount * 10;
    return soon([changed(row, { ...asPayment(row), totalAmount: amount, balanceAmount: amount })]);
  },
};

function soon(bodies: readonly object[]): Outgoing[] {
  return bodies.map((body) => ({ body, afterSeconds: 0 }));
}

function changed({ now }: Row, data: object): object {
  return { eventType: 'PAYMENT_STATUS_CHANGED', createdAt: inSeoul(now).slice(0, 19), data };
}

function deposit({ now, status, orderId }: Row, secret: string): object {
  return { createdAt: inSeoul(now).slice(0, 19), secret, orderId, status, transactionKey: randomId(32) };
}

/** By somebody who knows the number of the order, and nothing else: says the opposite of what is so. */
function forged(row: Row): readonly object[] {
  const status = row.status === 'DONE' ? 'CANCELED' : 'DONE';
  const data = { ...asPayment(row), paymentKey: `forged${randomId(20)}`, secret: null, status };
  return [changed(row, data), deposit({ ...row, status }, `ps_${randomId(28)}`)];
}

const every_ms = 250;
const batch_max = 64;
const at_once = 8;
const send_ms_max = 5_000;
const tries_max = 8;

export interface NoticeSender {
  readonly duty: Duty;
  /** There may be one to send. */
  ring(): void;
}

export function createNoticeSender({ sql }: Pick<Database, 'sql'>, webhook: string): NoticeSender {
  const bell = createBell();
  return {
    ring: bell.ring,
    duty: {
      name: 'sandbox.notices',
      everyMs: every_ms,
      bell,
      sign: (sql) => sql`exists (select from sandbox_notices where send_at <= now())`,
      run: async () => {
        const due = await take(sql);
        if (due.length === 0) return rest();
        const queue = due.values();
        await Promise.all(Array.from({ length: at_once }, () => sendEach(sql, webhook, queue)));
        return undefined;
      },
    },
  };
}

interface Due {
  readonly id: number;
  readonly body: string;
}

/** Each is somebody's for as long as it takes, and comes again later unless it is struck off: 1, 4, 16, … minutes. */
async function take(sql: Sql): Promise<readonly Due[]> {
  return sql<Due[]>`
    update sandbox_notices set tries = tries + 1, send_at = now() + make_interval(mins => (4 ^ tries)::integer)
    where id in (
      select id from sandbox_notices where send_at <= now() order by send_at, id limit ${batch_max} for update skip locked)
    returning id, body`;
}

async function sendEach(sql: Sql, webhook: string, queue: Iterator<Due> & Iterable<Due>): Promise<void> {
  for (const { id, body } of queue) {
    const isTaken = await send(webhook, body);
    await sql`delete from sandbox_notices where id = ${id} and (${isTaken} or tries >= ${tries_max})`;
  }
}

async function send(webhook: string, body: string): Promise<boolean> {
  try {
    const response = await fetch(webhook, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(send_ms_max),
      body,
    });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
