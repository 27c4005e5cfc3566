/**
 * Filling a wallet by an order, as a browser does it: opens the order, goes to the gateway's page, presses a button of its
 * form, comes back and confirms. What goes wrong on the way is the fan's fortune, with the first order.
 */
import type { Manner } from './box-office.ts';
import type { Fortune } from './fortunes.ts';
import type { Heard } from './heard.ts';
import { insist, isDecided, resolveLater } from './insisting.ts';
import { agree, happen, type Action, type Checkout } from './sandbox-page.ts';
import { newKey, type Held, type Stage, type Visit } from './stage.ts';
import { withdrawRest } from './withdrawing.ts';

interface Wish {
  readonly missing: number;
  readonly held: Held;
}

interface Order extends Checkout {
  readonly amount: number;
}

type OrderBody = Parameters<Stage['office']['order']>[2];

/** Who has the deposit undone, or somebody at the gateway's desk. */
const undoings: Readonly<Partial<Record<Fortune, readonly Action[]>>> = {
  'deposit undone': ['undo-deposit'],
  'half cancelled': ['cancel-half', 'cancel-half', 'cancel-rest'],
};
const refund_account = { bank: '20', number: '000-0000-0000-00', holder: 'Fan' } as const;
/** More than is needed, for those who want some of it back. */
const extra = 30_000;
/** So often a fan looks whether the gateway has said by now what became of it. */
const looks_max = 20;
const look_ms = 500;

/** One order; whether it came to anything shows in the balance. */
export async function fill(stage: Stage, visit: Visit, wish: Wish): Promise<void> {
  const { random } = visit.luck;
  const fortune = visit.ordersMade++ === 0 ? visit.luck.fortune : 'fine';
  const order = await open(stage, visit, bodyFor(visit, wish, fortune));
  if (order === undefined) return;
  if (visit.persona.cheat === 'forger') await pretend(stage, visit, order);
  const back = await agree(stage, visit, order, fortune);
  stage.tally.fortunes.set(fortune, (stage.tally.fortunes.get(fortune) ?? 0) + 1);
  if (back !== undefined && fortune !== 'window closed') await comeBack(stage, visit, { order, back, fortune });
  if (fortune === 'withdrawn' || random.chance(0.1)) visit.afterwards.push(() => withdrawRest(stage, visit));
  const { status, json } = await stage.office.wallet(visit);
  if (status === 200) visit.balance = Number(json['balance']);
}

function bodyFor({ luck: { random } }: Visit, { missing, held }: Wish, fortune: Fortune): OrderBody {
  const amount = fortune === 'withdrawn' || random.chance(0.3) ? missing + extra : missing;
  const account = fortune === 'deposit undone' ? { refundAccount: refund_account } : {};
  return { amount, reservationId: held.id, ...account };
}

/** Undefined where no more may be opened, or nobody told what became of it. */
async function open(stage: Stage, visit: Visit, body: OrderBody): Promise<Order | undefined> {
  const { doubleClicks, hasty } = visit.persona;
  const key = newKey(visit);
  const call = (manner: Manner): Promise<Heard> => stage.office.order(visit, key, body, manner);
  const hastyMs = hasty ? 1 + visit.luck.random.below(20) : undefined;
  const heard = await insist(stage, { clicks: doubleClicks ? 2 : 1, hastyMs, call, isTold: isDecided });
  if (heard === undefined) resolveLater(stage, () => call({}));
  return heard?.status === 201 ? orderIn(heard, body.amount) : undefined;
}

function orderIn({ json }: Heard, amount: number): Order {
  const { url = '/' } = json['checkout'] as { url?: string };
  const { pathname, search } = new URL(url, 'http://service');
  return { id: String(json['id']), amount, page: pathname + search };
}

/** A notice of money that nobody paid, by somebody who is not the gateway. */
async function pretend({ office }: Stage, visit: Visit, { id, amount }: Order): Promise<void> {
  const data = { orderId: id, status: 'DONE', totalAmount: amount, paymentKey: `forged-${id}` };
  await office.notice(visit, id, { eventType: 'PAYMENT_STATUS_CHANGED', createdAt: '2030-01-01T00:00:00', data });
}

interface Coming {
  readonly order: Order;
  /** Where the gateway sent the browser. */
  readonly back: URL;
  readonly fortune: Fortune;
}

async function comeBack(stage: Stage, visit: Visit, { order, back, fortune }: Coming): Promise<void> {
  const { office } = stage;
  const paymentKey = back.searchParams.get('paymentKey');
  if (paymentKey === null || back.searchParams.has('failed')) {
    // Whether it is over is for the service to say.
    await office.orderTold(visit, order.id);
    return;
  }
  const paid = { paymentKey, amount: Number(back.searchParams.get('amount')) };
  if (fortune === 'amount altered') await office.confirm(visit, order.id, { ...paid, amount: paid.amount * 10 });
  const call = (): Promise<Heard> => office.confirm(visit, order.id, paid);
  const heard = await insist(stage, { clicks: tabsOf(visit, fortune), call, isTold: isDecided });
  if (fortune === 'deposit undone') await happen(stage, visit, order, 'deposit');
  const isPaid = heard?.status === 202 ? await waitFor(stage, visit, order) : heard?.status === 200;
  if (isPaid) await undo(stage, visit, order, fortune);
}

function tabsOf({ persona: { doubleClicks } }: Visit, fortune: Fortune): number {
  if (fortune === 'two tabs') return 4;
  return doubleClicks ? 2 : 1;
}

/** The gateway has not said yet: the page looks now and then, and the fan loses patience at some time. True if it is PAID. */
async function waitFor({ office, pauses, isOver }: Stage, visit: Visit, { id }: Order): Promise<boolean> {
  for (let looks = 0; looks < looks_max && !isOver(); looks++) {
    await pauses.pause(look_ms);
    const { status, json } = await office.orderTold(visit, id);
    if (status === 200 && json['status'] !== 'OPEN') return json['status'] === 'PAID';
  }
  return false;
}

/** The gateway undoes by itself what it took: before the fan has spent it, or when it is spent. */
async function undo(stage: Stage, visit: Visit, order: Order, fortune: Fortune): Promise<void> {
  const { random } = visit.luck;
  const [action] = undoings[fortune] ?? [];
  if (action === undefined) return;
  const press = async (): Promise<void> => {
    const isDone = await happen(stage, visit, order, random.pick(undoings[fortune] ?? [action]));
    if (isDone && action === 'undo-deposit') stage.depositsUndone.set(order.id, order.amount);
  };
  if (random.chance(0.5)) await press();
  else visit.afterwards.push(press);
}
