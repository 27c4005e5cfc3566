/** Use cases 6, 7 and 8, and money from outside: orders that a gateway confirms, and money on its way back. */
import { Type } from 'typebox';
import {
  Id,
  IdempotencyHeaders,
  Money,
  Page,
  ReservationParams,
  Time,
  WalletEntry,
  chargeMax,
  oneLine,
  oneOf,
  pageOf,
} from './parts.ts';
import { Payment } from './reservations.ts';
import type { Endpoint } from './endpoint.ts';

export const chargeMethods = ['sandbox', 'toss', 'stripe'] as const;
const amount = Type.Integer({ minimum: 1, maximum: chargeMax });
export const orderId = Type.String({ pattern: '^[a-z0-9]{22}$' });
const OrderParams = Type.Object({ id: orderId });

const ChargeMethod = Type.Object({
  id: oneOf(chargeMethods),
  name: Type.String({ description: 'In the reader’s language' }),
  currency: Type.String(),
  minAmount: Money,
  maxAmount: Money,
  takesDeposits: Type.Boolean({ description: 'It can give an account to pay into, if `refundAccount` is told' }),
});

const RefundAccount = Type.Object(
  {
    bank: Type.String({ maxLength: 20, pattern: '^[0-9A-Z]{2,20}$', description: 'The gateway’s code of the bank' }),
    number: Type.String({ maxLength: 30, pattern: '^[0-9-]{6,30}$' }),
    holder: oneLine(60),
  },
  { additionalProperties: false },
);

/** As a type of its own names: which of them there are depends on the method. */
const Checkout = Type.Object(
  {
    url: Type.Optional(Type.String({ description: 'To go to' })),
    clientKey: Type.Optional(Type.String({ description: 'For the gateway’s own script, with those below' })),
    orderId: Type.Optional(Type.String()),
    orderName: Type.Optional(Type.String()),
    successUrl: Type.Optional(Type.String()),
    failUrl: Type.Optional(Type.String()),
  },
  { description: 'What the browser needs: `url`, or all the others' },
);

const ChargeOrder = Type.Object({
  id: Id,
  amount: Money,
  method: oneOf(chargeMethods),
  status: oneOf(['OPEN', 'PAID', 'FAILED', 'EXPIRED']),
  checkout: Checkout,
  expiresAt: Time,
  createdAt: Time,
  reservationId: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'What it was to pay for' }),
  chargeId: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'The CHARGE entry; null unless PAID' }),
  paidAt: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'Null unless PAID; after `expiresAt` it came late',
  }),
  unclear: Type.Boolean({ description: 'The gateway has not said yet how it ended, and is asked again' }),
  unclearSince: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Since when it is unclear' }),
});

const WithdrawalPart = Type.Object({
  orderId: Id,
  amount: Money,
  status: oneOf(['PENDING', 'DONE', 'FAILED']),
});
export const Withdrawal = Type.Object({
  id: Id,
  amount: Money,
  status: oneOf(['PENDING', 'DONE', 'FAILED'], { description: 'PENDING until every part ended; DONE if any is' }),
  balance: Type.Integer({ description: 'The wallet’s, right after it was taken out' }),
  parts: Type.Array(WithdrawalPart),
  at: Time,
});

const wallet = {
  createCharge: {
    method: 'POST',
    url: '/api/v1/wallet/charges',
    needs: 'charger',
    summary: 'Top up your wallet at once, where that is allowed',
    description:
      'With `CHARGES=open` for everybody, with `service` for access tokens of the scope `wallet:charge`, with `gateway` for nobody.',
    headers: IdempotencyHeaders,
    body: Type.Object({ amount }, { additionalProperties: false }),
    bodyBytesMax: 256,
    replies: { 201: Type.Object({ id: Type.String(), amount: Money, balance: Money }) },
    refusals: ['BALANCE_LIMIT_EXCEEDED'],
  },
  getWallet: {
    method: 'GET',
    url: '/api/v1/wallet',
    needs: 'bearer',
    summary: 'Your balance',
    replies: { 200: Type.Object({ balance: Type.Integer({ minimum: 0 }), currency: Type.String() }) },
    refusals: [],
  },
  listWalletEntries: {
    method: 'GET',
    url: '/api/v1/wallet/entries',
    needs: 'bearer',
    summary: 'What moved your balance, newest first',
    querystring: Page,
    replies: { 200: pageOf('entries', WalletEntry) },
    refusals: [],
  },
  payReservation: {
    method: 'POST',
    url: '/api/v1/reservations/:id/payment',
    needs: 'admitted',
    summary: 'Pay for a hold and own the seats; your place goes to the next in line',
    params: ReservationParams,
    headers: IdempotencyHeaders,
    replies: { 201: Payment },
    refusals: ['INSUFFICIENT_BALANCE', 'FORBIDDEN', 'NOT_FOUND', 'HOLD_EXPIRED', 'ALREADY_PAID'],
  },
} as const satisfies Record<string, Endpoint>;

const orders = {
  listChargeMethods: {
    method: 'GET',
    url: '/api/v1/wallet/charge-methods',
    needs: 'nobody',
    summary: 'How a wallet can be filled here',
    replies: {
      200: Type.Object({
        methods: Type.Array(ChargeMethod),
        open: Type.Boolean({ description: 'Anybody may top up at once, for the asking: it is play money' }),
        walletMax: Money,
      }),
    },
    refusals: [],
  },
  createChargeOrder: {
    method: 'POST',
    url: '/api/v1/wallet/charge-orders',
    needs: 'bearer',
    summary: 'Order a top-up, to be paid at a gateway',
    headers: IdempotencyHeaders,
    body: Type.Object(
      {
        amount,
        method: oneOf(chargeMethods),
        reservationId: Type.Optional(
          Type.String({
            maxLength: 51,
            pattern: '^[a-z0-9]{10}-[a-z0-9]{1,40}$',
            description: 'The own hold to come back to',
          }),
        ),
        refundAccount: Type.Optional(RefundAccount),
      },
      { additionalProperties: false },
    ),
    bodyBytesMax: 2_048,
    replies: { 201: ChargeOrder },
    refusals: ['CHARGE_NOT_ALLOWED', 'BALANCE_LIMIT_EXCEEDED', 'TOO_MANY_ORDERS'],
  },
  getChargeOrder: {
    method: 'GET',
    url: '/api/v1/wallet/charge-orders/:id',
    needs: 'bearer',
    summary: 'One of your orders',
    params: OrderParams,
    replies: { 200: ChargeOrder },
    refusals: ['NOT_FOUND'],
  },
  listChargeOrders: {
    method: 'GET',
    url: '/api/v1/wallet/charge-orders',
    needs: 'bearer',
    summary: 'Your orders, newest first',
    querystring: Page,
    replies: { 200: pageOf('orders', ChargeOrder) },
    refusals: [],
  },
  confirmChargeOrder: {
    method: 'POST',
    url: '/api/v1/wallet/charge-orders/:id/confirmation',
    needs: 'bearer',
    summary: 'Back from the gateway: take the money and credit it, once',
    description:
      'Answers 202, still OPEN, where the gateway does not say in time what became of it; it is asked again until it does.',
    params: OrderParams,
    body: Type.Object(
      {
        paymentKey: Type.String({ maxLength: 200, pattern: '^[\\x21-\\x7e]{1,200}$' }),
        amount: Type.Integer({ minimum: 0 }),
      },
      { additionalProperties: false },
    ),
    bodyBytesMax: 512,
    replies: { 200: ChargeOrder, 202: ChargeOrder },
    refusals: ['NOT_FOUND', 'AMOUNT_MISMATCH', 'PAYMENT_FAILED'],
  },
  receiveNotice: {
    method: 'POST',
    url: '/api/v1/webhooks/:method',
    needs: 'nobody',
    summary: 'For payment gateways: something became of a payment',
    description:
      'Nothing of it is believed: it makes us ask about an order that we know. As the gateway sends it, at most 64 KB; the same at `/webhooks/{method}`.',
    params: Type.Object({ method: Type.String() }),
    bodyBytesMax: 65_536,
    replies: { 200: Type.Object({}) },
    refusals: ['NOT_FOUND', 'SIGNATURE_INVALID'],
    outside: true,
  },
} as const satisfies Record<string, Endpoint>;

const withdrawals = {
  createWithdrawal: {
    method: 'POST',
    url: '/api/v1/wallet/withdrawals',
    needs: 'bearer',
    summary: 'Send money back to where it came from, the newest order first',
    description:
      'The money leaves the wallet at once; what the gateway does not send back returns to it. Of a fan’s orders with something left the newest 200 count, and 20 withdrawals may be under way; for one more: `RATE_LIMITED`.',
    headers: IdempotencyHeaders,
    body: Type.Object(
      { amount: Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 }) },
      { additionalProperties: false },
    ),
    bodyBytesMax: 256,
    replies: { 201: Withdrawal },
    refusals: ['NOT_WITHDRAWABLE'],
  },
  getWithdrawal: {
    method: 'GET',
    url: '/api/v1/wallet/withdrawals/:id',
    needs: 'bearer',
    summary: 'One of your withdrawals',
    params: OrderParams,
    replies: { 200: Withdrawal },
    refusals: ['NOT_FOUND'],
  },
  listWithdrawals: {
    method: 'GET',
    url: '/api/v1/wallet/withdrawals',
    needs: 'bearer',
    summary: 'Your withdrawals, newest first, and what could be sent back now',
    querystring: Page,
    replies: {
      200: Type.Object({ ...pageOf('withdrawals', Withdrawal).properties, withdrawable: Money }),
    },
    refusals: [],
  },
} as const satisfies Record<string, Endpoint>;

export const moneyEndpoints = { ...wallet, ...orders, ...withdrawals };
