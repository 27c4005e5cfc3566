/**
 * What every gateway must do, whatever it speaks: the promises of `src/gateway/terms.ts`, tried from outside. The same checks
 * run against a real gateway with test keys, against the sandbox, and in the tests against servers that only speak like one.
 */
import { GatewayUnclear, type Gateway, type GatewayOrder, type Standing } from '../../src/gateway/gateway.ts';
import { timeOrderedId } from '../../src/platform/ids.ts';

export interface Subject {
  readonly gateway: Gateway;
  /** The same, with a key that is nobody's. */
  readonly stranger: Gateway;
  /** That key, which no message may tell. */
  readonly strangersKey: string;
  /** Pays an order as the fan would, and answers its payment's key; or why that takes a browser. */
  readonly pay: ((order: GatewayOrder) => Promise<string>) | string;
  /** Gives an order an account to pay into, and answers its payment's key; or why there is none. */
  readonly account: ((order: GatewayOrder) => Promise<string>) | string;
  /** What only this gateway can be asked. */
  readonly more: readonly Check[];
}

export interface Check {
  readonly name: string;
  /** Resolves if it holds, with what is worth telling; a text alone is why it could not be run. */
  readonly run: ((subject: Subject) => Promise<string | undefined>) | string;
}

export interface Finding {
  readonly name: string;
  readonly result: 'PASS' | 'FAIL' | 'NOT RUN';
  readonly note: string;
}

/** In whole won; what real cards take, and what no test account minds. */
const amount = 12_000;
const part_amount = 5_000;
const at_once = 5;
export const back = {
  successUrl: 'https://box.example/wallet/return?order=check',
  failUrl: 'https://box.example/wallet/return?order=check&failed=1',
  orderName: '점검 · Check',
};

export function newOrder(): GatewayOrder {
  const expiresAt = new Date(Date.now() + 30 * 60_000);
  return { id: timeOrderedId(), amount, currency: 'KRW', expiresAt, paymentKey: undefined, refundAccount: undefined };
}

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** That nobody knows how it stands; never a yes, and never a no. */
async function mustBeUnclear(subject: Subject, what: string, answer: () => Promise<unknown>): Promise<void> {
  try {
    must(false, `${what} was answered: ${JSON.stringify(await answer())}`);
  } catch (error) {
    if (!(error instanceof GatewayUnclear)) throw error;
    must(!String(error).includes(subject.strangersKey), `${what} tells the key`);
  }
}

/** What the gateway went by when it was opened, if by anything. */
async function opened({ gateway }: Subject): Promise<GatewayOrder> {
  const order = newOrder();
  const { paymentKey } = await gateway.open(order, back);
  return { ...order, paymentKey };
}

/** Where it is right that nothing is known, a gateway that answers nobody would hold as well. Passes its `GatewayUnclear` on. */
async function mustAnswer({ gateway }: Subject, order: GatewayOrder): Promise<void> {
  await gateway.lookUp(order);
}

async function paidOrder(subject: Subject): Promise<GatewayOrder & { paymentKey: string }> {
  must(typeof subject.pay === 'function', 'it can be paid');
  const order = await opened(subject);
  const paymentKey = await subject.pay(order);
  mustBePaid(order, await subject.gateway.confirm(order, paymentKey));
  return { ...order, paymentKey };
}

function mustBePaid(order: GatewayOrder, standing: Standing | { readonly state: 'REFUSED' }): void {
  must(standing.state === 'PAID', `it is ${JSON.stringify(standing)}`);
  must(standing.orderId === order.id, `the order is ${standing.orderId}`);
  must(standing.amount === order.amount, `${standing.amount} instead of ${order.amount}`);
  must(standing.currency === order.currency, `${standing.currency} instead of ${order.currency}`);
  must(standing.undone.length === 0, 'something went back');
}

async function undoneOf({ gateway }: Subject, order: GatewayOrder): Promise<ReadonlyMap<string | undefined, number>> {
  const standing = await gateway.lookUp(order);
  must(standing.state === 'PAID', `it is ${standing.state}`);
  return new Map(standing.undone.map(({ partId, amount: of }) => [partId, of]));
}

const withoutMoney: readonly Check[] = [
  {
    name: 'an order that nobody opened is absent',
    run: async ({ gateway }) => {
      const standing = await gateway.lookUp(newOrder());
      must(standing.state === 'ABSENT', `it is ${standing.state}`);
      return undefined;
    },
  },
  {
    name: 'an order is opened, and opened again it is the same',
    run: async ({ gateway }) => {
      const order = newOrder();
      const first = JSON.stringify(await gateway.open(order, back));
      const again = JSON.stringify(await gateway.open(order, back));
      must(first === again, `first ${first}, then ${again}`);
      return undefined;
    },
  },
  {
    name: 'an order that is opened is not paid',
    run: async (subject) => {
      const standing = await subject.gateway.lookUp(await opened(subject));
      must(['ABSENT', 'OPEN'].includes(standing.state), `it is ${standing.state}`);
      return standing.state;
    },
  },
  {
    name: 'a payment that there is not is refused',
    run: async (subject) => {
      const answers: string[] = [];
      for (const key of ['no-such-payment', '..', 'a/../b', 'cs_test_noSuchSession']) {
        const answer = await subject.gateway.confirm(await opened(subject), key);
        must(answer.state === 'REFUSED', `${key} is ${answer.state}`);
        answers.push(answer.because);
      }
      return [...new Set(answers)].join(', ');
    },
  },
  {
    name: 'nothing goes back of what was not paid',
    run: async (subject) => {
      const order = await opened(subject);
      const part = { id: `${order.id}-1`, amount: 1_000 };
      await mustAnswer(subject, order);
      try {
        const answer = await subject.gateway.sendBack(order, part);
        must(answer.state === 'REFUSED', `it is ${answer.state}`);
        return answer.because;
      } catch (error) {
        if (!(error instanceof GatewayUnclear)) throw error;
        return error.message;
      }
    },
  },
  {
    name: 'to a wrong key it says nothing about anybody’s money',
    run: async (subject) => {
      const { stranger } = subject;
      await mustAnswer(subject, await opened(subject));
      const order = { ...newOrder(), paymentKey: 'cs_test_noSuchSession' };
      await mustBeUnclear(subject, 'a look', () => stranger.lookUp(order));
      await mustBeUnclear(subject, 'a confirmation', () => stranger.confirm(order, order.paymentKey));
      await mustBeUnclear(subject, 'a part', () => stranger.sendBack(order, { id: `${order.id}-1`, amount: 1_000 }));
      return undefined;
    },
  },
];

const withMoney: readonly Check[] = [
  {
    name: 'a payment is confirmed, once, of many at once and again',
    run: async (subject) => {
      const order = await paidOrder(subject);
      const again = Array.from({ length: at_once }, () => subject.gateway.confirm(order, order.paymentKey));
      for (const standing of await Promise.all(again)) mustBePaid(order, standing);
      mustBePaid(order, await subject.gateway.lookUp(order));
      return undefined;
    },
  },
  {
    name: 'a payment of one order is not another’s',
    run: async (subject) => {
      const { paymentKey } = await paidOrder(subject);
      const other = await opened(subject);
      const answer = await subject.gateway.confirm(other, paymentKey);
      must(answer.state !== 'PAID' || answer.orderId !== other.id, 'it is taken for another order’s');
      must(answer.state === 'PAID' || answer.state === 'REFUSED' || answer.state === 'ABSENT', `it is ${answer.state}`);
      return answer.state;
    },
  },
  {
    name: 'part of a payment goes back, once, of many at once and again',
    run: async (subject) => {
      const order = await paidOrder(subject);
      const part = { id: `${order.id}-1`, amount: part_amount };
      const sent = await Promise.all(Array.from({ length: at_once }, () => subject.gateway.sendBack(order, part)));
      sent.push(await subject.gateway.sendBack(order, part));
      must(
        sent.every(({ state }) => state !== 'REFUSED'),
        JSON.stringify(sent),
      );
      const undone = await undoneOf(subject, order);
      if (sent.at(-1)?.state === 'PENDING') return 'it is under way, and not told as gone yet';
      must(undone.size === 1 && undone.get(part.id) === part_amount, `undone: ${JSON.stringify([...undone])}`);
      return undefined;
    },
  },
  {
    name: 'no more goes back than came',
    run: async (subject) => {
      const order = await paidOrder(subject);
      const tooMuch = await subject.gateway.sendBack(order, { id: `${order.id}-1`, amount: amount + 1 });
      must(tooMuch.state === 'REFUSED', `too much is ${tooMuch.state}`);
      const all = await subject.gateway.sendBack(order, { id: `${order.id}-2`, amount });
      must(all.state !== 'REFUSED', `all of it is ${JSON.stringify(all)}`);
      const more = await subject.gateway.sendBack(order, { id: `${order.id}-3`, amount: 1_000 });
      must(more.state === 'REFUSED', `more is ${more.state}`);
      return `${tooMuch.because}, ${more.because}`;
    },
  },
];

const withAccount: Check = {
  name: 'an account to pay into waits, with its secret, and is cancelled',
  run: async (subject) => {
    must(typeof subject.account === 'function', 'there is an account');
    const order = { ...newOrder(), refundAccount: { bank: '20', number: '1002-123-456789', holder: '점검' } };
    const paymentKey = await subject.account(order);
    const known = { ...order, paymentKey };
    const standing = await subject.gateway.lookUp(known);
    must(standing.state === 'OPEN', `it is ${standing.state}`);
    must(standing.secret !== undefined, 'there is no secret');
    const answer = await subject.gateway.sendBack(known, { id: `${order.id}-1`, amount });
    const after = await subject.gateway.lookUp(known);
    const left = after.state === 'PAID' ? after.amount - after.undone.reduce((sum, one) => sum + one.amount, 0) : 0;
    must(left === 0 && after.state !== 'OPEN', `cancelled: ${answer.state}; afterwards ${JSON.stringify(after)}`);
    return `afterwards ${after.state}`;
  },
};

/** All checks, one after another: a test account is nobody's crowd. */
export async function checkGateway(subject: Subject, tell: (finding: Finding) => void): Promise<Finding[]> {
  const findings: Finding[] = [];
  const because = (reason: unknown, checks: readonly Check[]): readonly Check[] =>
    typeof reason === 'string' ? checks.map(({ name }) => ({ name, run: reason })) : checks;
  const all = [
    ...withoutMoney,
    ...because(subject.pay, withMoney),
    ...because(subject.account, [withAccount]),
    ...subject.more,
  ];
  for (const { name, run } of all) {
    const finding = await findingOf(subject, name, run);
    findings.push(finding);
    tell(finding);
  }
  return findings;
}

async function findingOf(subject: Subject, name: string, run: Check['run']): Promise<Finding> {
  if (typeof run === 'string') return { name, result: 'NOT RUN', note: run };
  try {
    return { name, result: 'PASS', note: (await run(subject)) ?? '' };
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { name, result: 'FAIL', note: line };
  }
}
