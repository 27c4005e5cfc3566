/**
 * The duty that asks gateways how orders ended: whatever was lost on the way (an answer, a notice, the browser, a server of
 * ours), this finds it. Each order is put off in its row before anybody is asked, so a kill loses nothing and several servers
 * share the work. Of each gateway a bounded number is asked about at once, each look takes no more than that, and a
 * gateway that is away keeps only its own orders waiting.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayUnclear, type Gateway, type MethodId, type Standing } from '../gateway/gateway.ts';
import type { Sql } from '../platform/database.ts';
import { rest, type Bell, type Duty } from '../platform/ticker.ts';
import { isOf, receivedOf, type Happening, type Log } from './confirming.ts';
import type { Credited, Paid, Received } from './crediting.ts';
import { gatewayOrderOf } from './orders.ts';
import { noteAbsent, noteFailed, noteOpen, noteSettled, noteUnclear, takeDue, type Due } from './progress.ts';
import { tellUnclear } from './unclear.ts';
import { wentBack } from './undoing.ts';

export interface AskingOptions {
  readonly sql: Sql;
  readonly gateways: ReadonlyMap<MethodId, Gateway>;
  readonly credit: (received: Received) => Promise<Credited>;
  readonly bell: Bell;
  readonly log: Log;
  readonly metrics: { orders(what: Happening, count: number): void };
  /** Whether fans take all that this process has to give, since it was asked last. */
  readonly isBusy: () => boolean;
}

export interface Asking {
  readonly duty: Duty;
  /** Resolves when every question is answered. */
  drain(): Promise<void>;
}

/**
 * With `at_once_max` of them 32 questions a second and gateway. Each takes milliseconds, most of them outside of this process:
 * where fans take all that there is, 27 took a quarter of their polls, and 11 an eighth. So they go first, and then it is four.
 */
const every_ms = 500;
const at_once_max = 16;
const busy_at_once_max = 2;
/** Gateways have limits of their own; whatever they do, a place is free again after this. */
const question_ms_max = 30_000;

export function createAsking(options: AskingOptions): Asking {
  const { sql, gateways, bell, isBusy } = options;
  const methods = [...gateways.keys()];
  const underWay = new Map<MethodId, Set<Promise<void>>>(methods.map((method) => [method, new Set()]));
  /** Answers how many it took up. */
  const askSome = async (gateway: Gateway, asked: Set<Promise<void>>, atOnceMax: number): Promise<number> => {
    const free = atOnceMax - asked.size;
    if (free <= 0) return 0;
    const due = await takeDue(sql, gateway.id, free);
    for (const order of due) {
      const asking = askAbout(options, gateway, order).finally(() => asked.delete(asking));
      asked.add(asking);
    }
    return due.length;
  };
  return {
    duty: {
      name: 'funding.ask',
      everyMs: every_ms,
      bell,
      sign: (tag) => tag`
        exists (select from unnest(${methods}::text[]) as configured (method)
          where exists (
            select from charge_order_questions as question
            where question.method = configured.method and question.ask_at <= now()))`,
      run: async () => {
        const atOnceMax = isBusy() ? busy_at_once_max : at_once_max;
        const taken = await Promise.all(
          [...gateways.values()].map((gateway) => askSome(gateway, underWay.get(gateway.id) ?? new Set(), atOnceMax)),
        );
        const asked = [...underWay.values()].some(({ size }) => size > 0);
        return asked || taken.some((count) => count > 0) ? undefined : rest();
      },
    },
    drain: async () => {
      for (const asked of underWay.values()) await Promise.all(asked);
    },
  };
}

/** Never rejects: what could not be written down is asked again, as the row says already. */
async function askAbout(options: AskingOptions, gateway: Gateway, order: Due): Promise<void> {
  try {
    const standing = await Promise.race([gateway.lookUp(gatewayOrderOf(order)), tooLong()]);
    await write(options, order, await taken(gateway, order, standing));
  } catch (error) {
    const { log, sql } = options;
    if (!(error instanceof GatewayUnclear)) log.warn({ order: order.id, err: error }, 'an order could not be settled');
    tellUnclear(options, order, await noteUnclear(sql, order.id).catch(() => []), error);
  }
}

async function tooLong(): Promise<never> {
  await sleep(question_ms_max, undefined, { ref: false });
  throw new GatewayUnclear('it took too long');
}

/**
 * Whoever agreed at the gateway and never came back, for the window was closed or the way was lost, has ordered all the same:
 * what the return page would have done is done here, as long as the order is open. Others who do it at the same time do no harm.
 */
async function taken(gateway: Gateway, order: Due, standing: Standing): Promise<Standing> {
  const isOurs = standing.state === 'OPEN' && standing.isAgreed === true && order.status === 'OPEN';
  if (!isOurs || standing.paymentKey === undefined) return standing;
  const confirmed = await gateway.confirm(gatewayOrderOf(order), standing.paymentKey);
  // Refused is this payment; whether the order has ended with it is asked again.
  return confirmed.state === 'REFUSED' ? standing : confirmed;
}

async function write(options: AskingOptions, order: Due, standing: Standing): Promise<void> {
  const { sql, log, metrics } = options;
  if (order.written === 'PAID') return writePaid(options, order, standing);
  switch (standing.state) {
    case 'PAID': {
      const outcome = isOf(order, standing) ? await options.credit(receivedOf(order, standing)) : 'TAKEN';
      if (outcome !== 'TAKEN') return;
      // Somebody has to look at it: until then it stays unclear, and is asked about.
      log.warn({ order: order.id, method: order.method }, 'a payment is not of this order, amount or currency');
      await noteUnclear(sql, order.id);
      return;
    }
    case 'FAILED':
      await noteFailed(sql, order);
      metrics.orders('failed', order.written === 'FAILED' ? 0 : 1);
      return;
    case 'ABSENT':
      await noteAbsent(sql, order);
      return;
    case 'OPEN':
      await noteOpen(sql, order.id, standing);
  }
}

/** Of what was paid the gateway may have undone some; that is all that is still of interest. */
async function writePaid({ sql, credit, log }: AskingOptions, order: Due, standing: Standing): Promise<void> {
  const paid = goneAgain(order, standing);
  if (paid !== undefined && isOf(order, paid)) {
    if (paid.undone.length > 0) await credit(receivedOf(order, paid));
    // A deposit that was made again, a dispute that was won: an older answer looks just so, so it is for a person to credit.
    if (paid.undone.reduce((sum, { amount }) => sum + amount, 0) < order.reversed) {
      log.warn(
        { order: order.id, method: order.method, reversed: order.reversed },
        'a gateway says that less went back than was taken from the wallet',
      );
    }
  } else {
    log.warn(
      { order: order.id, method: order.method, state: standing.state },
      'a gateway says otherwise of a PAID order',
    );
  }
  await noteSettled(sql, order);
}

/** Money that went back: all that is still of interest, in whatever words the gateway says it. */
function goneAgain({ id, amount, currency, paymentKey }: Due, standing: Standing): Paid | undefined {
  if (standing.state === 'PAID') return standing;
  const undone = wentBack(standing, amount);
  if (undone.length === 0 || paymentKey === null) return undefined;
  return { state: 'PAID', orderId: id, paymentKey, amount, currency, undone };
}
