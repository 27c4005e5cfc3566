/** Stripe with test keys: what can be tried without its pages, which take a browser. */
import { createStripe } from '../../src/gateway/stripe.ts';
import { amountOf, textOf } from '../../src/gateway/reading.ts';
import { type StripeOptions, createAsk, get, post } from '../../src/gateway/stripe/asking.ts';
import { refund } from '../../src/gateway/stripe/refunding.ts';
import { undoneOf } from '../../src/gateway/stripe/undone.ts';
import { type Check, type Subject, must, newOrder } from './contract.ts';

const strangersKey = 'sk_test_nobodysKey000000000000';

export function stripeSubject(options: StripeOptions): Subject {
  return {
    gateway: createStripe(options),
    stranger: createStripe({ ...options, secretKey: strangersKey }),
    strangersKey,
    pay: 'Stripe’s page takes a browser; its test card is tried below, without the page',
    account: 'Stripe is asked for no accounts to pay into',
    more: [
      byTestCard(options),
      unsigned,
      { name: 'a notice that Stripe sends is taken', run: 'Stripe sends none to this command: see docs/money.md' },
      { name: 'a dispute is told as undone', run: 'a dispute is begun by a bank: see docs/money.md' },
    ],
  };
}

/** The payment of a test card, in won, and parts of it, by the very functions that the box office uses behind a session. */
function byTestCard(options: StripeOptions): Check {
  return {
    name: 'a test card pays in whole won, and a part goes back once',
    run: async () => {
      const ask = createAsk(options);
      const order = newOrder();
      const made = await ask(
        post('/v1/payment_intents', `maejin-check-${order.id}`, {
          amount: order.amount,
          currency: 'krw',
          payment_method: 'pm_card_visa',
          confirm: true,
          'automatic_payment_methods[enabled]': true,
          'automatic_payment_methods[allow_redirects]': 'never',
          'metadata[order]': order.id,
        }),
      );
      must(made.status === 200, `the test card does not pay: ${JSON.stringify(made.body['error'])}`);
      const intent = textOf(made.body, 'id');
      const look = async () => (await ask(get(`/v1/payment_intents/${intent}`, { 'expand[]': 'latest_charge' }))).body;
      const paid = await look();
      must(textOf(paid, 'status') === 'succeeded', `it is ${textOf(paid, 'status')}`);
      must(amountOf(paid, 'amount_received') === order.amount, `${amountOf(paid, 'amount_received')} came`);
      must((await undoneOf(ask, paid)).length === 0, 'something went back at once');

      const payment = { intent, orderId: order.id };
      const part = { id: `${order.id}-1`, amount: 5_000 };
      const sent = await Promise.all([1, 2, 3].map(() => refund(ask, payment, part)));
      sent.push(await refund(ask, payment, part));
      must(
        sent.every(({ state }) => state !== 'REFUSED'),
        JSON.stringify(sent),
      );
      const rest = await refund(ask, payment, { id: `${order.id}-2`, amount: order.amount - 5_000 });
      must(rest.state !== 'REFUSED', `the rest is ${JSON.stringify(rest)}`);
      const more = await refund(ask, payment, { id: `${order.id}-3`, amount: 1_000 });
      must(more.state === 'REFUSED', `more is ${more.state}`);
      const undone = await undoneOf(ask, await look());
      if (sent.at(-1)?.state === 'PENDING' || rest.state === 'PENDING') return 'refunds are under way';
      must(
        JSON.stringify(undone.map(({ partId }) => partId)) === JSON.stringify([part.id, `${order.id}-2`]),
        `undone: ${JSON.stringify(undone)}`,
      );
      return undefined;
    },
  };
}

const unsigned: Check = {
  name: 'a notice that is not signed is refused',
  run: async ({ gateway }) => {
    const body = Buffer.from('{"type":"checkout.session.completed","data":{"object":{}}}');
    const read = async (): Promise<unknown> => gateway.readNotice({ 'stripe-signature': 't=1,v1=00' }, body);
    const refused = await read().then(
      () => undefined,
      (error: unknown) => error,
    );
    must(String((refused as { code?: unknown } | undefined)?.code) === 'SIGNATURE_INVALID', 'it is taken');
    return undefined;
  },
};
