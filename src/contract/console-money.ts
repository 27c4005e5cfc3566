/** What an operator sees of money from outside: orders, what goes back, and each day to hold against a gateway's statement. */
import { Type } from 'typebox';
import { moneyLimits } from './limits.ts';
import { chargeMethods, orderId } from './money.ts';
import { Count, CsvFile, Id, Money, Page, Time, oneOf, pageOf, text } from './parts.ts';
import type { Endpoint } from './endpoint.ts';

const TextOrNull = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description });
const TimeOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description });
/** A query has no booleans: the word, or nothing. */
const only = (description: string) => Type.Optional(oneOf(['true'], { description }));
const userId = Type.Optional(text(300, { description: 'The whole id of a user' }));
const userName = TextOrNull('null where only the id is known');
const method = oneOf(chargeMethods);

const orderStatuses = ['OPEN', 'PAID', 'FAILED', 'EXPIRED'] as const;
const backStatuses = ['PENDING', 'DONE', 'FAILED'] as const;
const { daysMax, failedDays, unclearMinutesMax } = moneyLimits;

const Sum = { count: Count, amount: Money };
const Standing = Type.Object({
  charges: oneOf(['open', 'gateway', 'service'], { description: 'Who may fill a wallet' }),
  sandbox: Type.Boolean({ description: 'The simulated gateway is in force' }),
  playMoney: Type.Boolean({
    description: 'Nothing here was paid for: wallets are filled for the asking, or simulated',
  }),
  unclear: Type.Object({
    ...Sum,
    since: TimeOrNull('The longest of them'),
    late: Type.Object(Sum, { description: `Unclear for more than ${unclearMinutesMax} minutes` }),
  }),
  owed: Type.Object(Sum, { description: 'Undone at the gateway, and the wallet could not give it yet' }),
  pending: Type.Object(
    { ...Sum, since: TimeOrNull('The oldest of them') },
    { description: 'Withdrawals of which a part is still on its way, and what these parts come to' },
  ),
  failed: Type.Object(Sum, {
    description: `Parts that a gateway refused to send back in the last ${failedDays} days: back in the wallet`,
  }),
});

const Order = Type.Object({
  id: Id,
  userId: Id,
  userName,
  amount: Money,
  method,
  status: oneOf(orderStatuses),
  paymentKey: TextOrNull('What the gateway calls the payment'),
  reservationId: TextOrNull('What it was to pay for'),
  createdAt: Time,
  expiresAt: Time,
  paidAt: TimeOrNull('null unless PAID'),
  unclearSince: TimeOrNull('Since when it is not known how it ended; null where it is'),
  asks: Type.Integer({ minimum: 0, description: 'So often the gateway was asked how it stands' }),
  askAt: TimeOrNull('When it is asked again; null where there is nothing to ask'),
  withdrawn: Type.Integer({ minimum: 0, description: 'Sent back at the fan’s wish, or about to be' }),
  reversed: Type.Integer({ minimum: 0, description: 'Undone at the gateway' }),
  owed: Type.Integer({ minimum: 0, description: 'Of that, what the wallet could not give yet' }),
});

const Part = Type.Object({
  id: Id,
  orderId: Id,
  method,
  amount: Money,
  status: oneOf(backStatuses),
  because: TextOrNull('Why the gateway refused, in its own code'),
  asks: Count,
  askAt: TimeOrNull('When the gateway is asked next'),
  endedAt: TimeOrNull('null while PENDING'),
});
const Withdrawal = Type.Object({
  id: Id,
  userId: Id,
  userName,
  amount: Money,
  status: oneOf(backStatuses),
  at: Time,
  endedAt: TimeOrNull('null while PENDING'),
  parts: Type.Array(Part),
});

const lists = {
  getMoneyStanding: {
    method: 'GET',
    url: '/api/v1/admin/money',
    needs: 'operator',
    summary: 'What is unclear, owed and on its way back right now, and whether this is play money',
    replies: { 200: Standing },
    refusals: [],
  },
  listAllChargeOrders: {
    method: 'GET',
    url: '/api/v1/admin/charge-orders',
    needs: 'operator',
    summary: 'Ordered top-ups of everybody, newest first; what is unclear, the longest first',
    description:
      'A page with fewer orders than `limit`, or none, may have a `nextCursor`: of those that no index finds, 10,000 are looked at for a page.',
    querystring: Type.Object({
      ...Page.properties,
      status: Type.Optional(oneOf(orderStatuses)),
      method: Type.Optional(method),
      unclear: only('Those of which nobody knows yet how they ended'),
      owed: only('Those that were undone at the gateway, of which the wallet owes something yet'),
      userId,
      q: Type.Optional(
        text(200, {
          description:
            'An order’s id, what the gateway calls its payment, a user id or its beginning, part of a name or e-mail address',
        }),
      ),
    }),
    replies: { 200: pageOf('orders', Order) },
    refusals: [],
  },
  listAllWithdrawals: {
    method: 'GET',
    url: '/api/v1/admin/withdrawals',
    needs: 'operator',
    summary: 'Withdrawals of everybody with their parts, newest first',
    querystring: Type.Object({
      ...Page.properties,
      status: Type.Optional(oneOf(backStatuses)),
      failed: only('Those of which a part could not be sent back, though others may have been'),
      userId,
      orderId: Type.Optional(Type.String({ ...orderId, description: 'Those that sent something back to this order' })),
    }),
    replies: { 200: pageOf('withdrawals', Withdrawal) },
    refusals: [],
  },
} as const satisfies Record<string, Endpoint>;

const day = { type: 'string', pattern: '^2[0-9]{3}-[0-1][0-9]-[0-3][0-9]$' };
const Days = Type.Object({
  from: Type.Unsafe<string>({ ...day, description: 'The first day, in Seoul: `2026-12-01`' }),
  to: Type.Unsafe<string>({ ...day, description: `The last day; at most ${daysMax} in all` }),
});

const sum = (description: string) => Type.Object(Sum, { description });
const Day = Type.Object({
  day: Type.String({ description: 'In Seoul' }),
  method,
  ordered: sum('Orders opened on that day, whatever became of them'),
  paid: sum('Orders whose money came on that day, whenever they were opened'),
  withdrawn: sum('Parts of withdrawals that the gateway sent back on that day'),
  pending: sum('Parts of withdrawals asked for on that day that are still on their way'),
  reversed: sum('Taken from wallets on that day for what was undone at the gateway'),
  owed: sum('Of the orders paid on that day: undone at the gateway, and the wallet could not give it yet'),
  fees: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'Always null: what a gateway keeps is not known here, but stands in its own statement',
  }),
});

const days = {
  listMoneyDays: {
    method: 'GET',
    url: '/api/v1/admin/money-days',
    needs: 'operator',
    summary: 'Each day by method, newest first, to hold against the gateway’s own statement',
    description: 'Calendar days in Seoul. A day and method of which there is nothing to tell is left out.',
    querystring: Days,
    replies: { 200: Type.Object({ currency: Type.String(), days: Type.Array(Day) }) },
    refusals: [],
  },
  exportMoneyDays: {
    method: 'GET',
    url: '/api/v1/admin/money-days.csv',
    needs: 'operator',
    summary: 'The same as a file, oldest first, one day and method a row',
    querystring: Days,
    replies: { 200: CsvFile },
    media: 'text/csv',
    refusals: [],
  },
  exportChargeOrders: {
    method: 'GET',
    url: '/api/v1/admin/charge-orders.csv',
    needs: 'operator',
    summary: 'Ordered top-ups that were opened or paid in these days, one a row, to compare line by line',
    querystring: Days,
    replies: { 200: CsvFile },
    media: 'text/csv',
    refusals: [],
  },
} as const satisfies Record<string, Endpoint>;

export const consoleMoneyEndpoints = { ...lists, ...days };
