/**
 * The endpoints that pages ask, as `METHOD url`. The contract's types check every entry, so that a change of the
 * contract breaks the pages when they are type-checked, and no code of the server enters a bundle.
 */
import type { BodyOf, EndpointName, QueryOf, ReplyOf, contract } from '../../src/contract.ts';

type Contract = typeof contract;
type Line<Name extends EndpointName> = `${Contract[Name]['method']} ${Contract[Name]['url']}`;

export const endpoints = {
  signUp: 'POST /api/auth/sign-up/email',
  signIn: 'POST /api/auth/sign-in/email',
  listConcerts: 'GET /api/v1/concerts',
  getConcert: 'GET /api/v1/concerts/:concertId',
  getSale: 'GET /api/v1/concerts/:concertId/sale',
  issueQueueToken: 'POST /api/v1/concerts/:concertId/queue-tokens',
  listQueueTokens: 'GET /api/v1/queue-tokens',
  getQueueToken: 'GET /api/v1/queue-token',
  streamQueueToken: 'GET /api/v1/queue-token/events',
  leaveQueue: 'DELETE /api/v1/queue-token',
  listPerformances: 'GET /api/v1/concerts/:concertId/performances',
  getSeatMap: 'GET /api/v1/performances/:performanceId/map',
  streamSeats: 'GET /api/v1/performances/:performanceId/seats/events',
  createReservation: 'POST /api/v1/reservations',
  listReservations: 'GET /api/v1/reservations',
  getReservation: 'GET /api/v1/reservations/:id',
  getCancellation: 'GET /api/v1/reservations/:id/cancellation',
  cancelPaid: 'POST /api/v1/reservations/:id/cancellation',
  cancelReservation: 'DELETE /api/v1/reservations/:id',
  createCharge: 'POST /api/v1/wallet/charges',
  getWallet: 'GET /api/v1/wallet',
  listWalletEntries: 'GET /api/v1/wallet/entries',
  listChargeMethods: 'GET /api/v1/wallet/charge-methods',
  createChargeOrder: 'POST /api/v1/wallet/charge-orders',
  getChargeOrder: 'GET /api/v1/wallet/charge-orders/:id',
  listChargeOrders: 'GET /api/v1/wallet/charge-orders',
  confirmChargeOrder: 'POST /api/v1/wallet/charge-orders/:id/confirmation',
  createWithdrawal: 'POST /api/v1/wallet/withdrawals',
  listWithdrawals: 'GET /api/v1/wallet/withdrawals',
  payReservation: 'POST /api/v1/reservations/:id/payment',
  getTime: 'GET /api/v1/time',
  createConcert: 'POST /api/v1/admin/concerts',
  updateConcert: 'PATCH /api/v1/admin/concerts/:concertId',
  listLiveConcerts: 'GET /api/v1/admin/concerts',
  getConcertSettings: 'GET /api/v1/admin/concerts/:concertId',
  getSales: 'GET /api/v1/admin/concerts/:concertId/sales',
  getHistory: 'GET /api/v1/admin/concerts/:concertId/history',
  getService: 'GET /api/v1/admin/service',
  listOperatorLog: 'GET /api/v1/admin/log',
  getOverview: 'GET /api/v1/admin/concerts/:concertId/overview',
  getAudit: 'GET /api/v1/admin/audit',
  listAllReservations: 'GET /api/v1/admin/reservations',
  findUsers: 'GET /api/v1/admin/users',
  findSeats: 'GET /api/v1/admin/seats',
  getUser: 'GET /api/v1/admin/user',
  listUserEntries: 'GET /api/v1/admin/ledger',
  getPerformance: 'GET /api/v1/admin/performances/:performanceId',
  movePerformance: 'PATCH /api/v1/admin/performances/:performanceId',
  callOffPerformance: 'POST /api/v1/admin/performances/:performanceId/cancellation',
  getCallingOff: 'GET /api/v1/admin/performances/:performanceId/cancellation',
  cancelForFan: 'POST /api/v1/admin/reservations/:id/cancellation',
  getSeatStory: 'GET /api/v1/admin/performances/:performanceId/seats/:number/story',
  getPlan: 'GET /api/v1/admin/concerts/:concertId/plan',
  exportReservations: 'GET /api/v1/admin/concerts/:concertId/reservations.csv',
  exportLedger: 'GET /api/v1/admin/ledger.csv',
  getMoneyStanding: 'GET /api/v1/admin/money',
  listAllChargeOrders: 'GET /api/v1/admin/charge-orders',
  listAllWithdrawals: 'GET /api/v1/admin/withdrawals',
  listMoneyDays: 'GET /api/v1/admin/money-days',
  exportMoneyDays: 'GET /api/v1/admin/money-days.csv',
  exportChargeOrders: 'GET /api/v1/admin/charge-orders.csv',
} as const satisfies { readonly [Name in EndpointName]?: Line<Name> };

export type Endpoint = keyof typeof endpoints;

type ParamNames<Url extends string> = Url extends `${string}/:${infer Name}/${infer Rest}`
  ? Name | ParamNames<`/${Rest}`>
  : Url extends `${string}/:${infer Name}`
    ? Name
    : never;
type Params<Name extends Endpoint> = ParamNames<Contract[Name]['url']>;

/** What an endpoint answers when it says yes. */
export type Reply<Name extends Endpoint> = {
  [Status in keyof Contract[Name]['replies']]: ReplyOf<Name, Status>;
}[Exclude<keyof Contract[Name]['replies'], 304>];

/** What an endpoint is asked with: path parameters, query and body as the contract has them. */
export type Asked<Name extends Endpoint> = ([Params<Name>] extends [never]
  ? { readonly params?: undefined }
  : { readonly params: Readonly<Record<Params<Name>, string>> }) &
  (BodyOf<Name> extends undefined ? { readonly body?: undefined } : { readonly body: BodyOf<Name> }) & {
    readonly query?: QueryOf<Name>;
    /** The queue token. */
    readonly place?: string | undefined;
    /** The Idempotency-Key. */
    readonly key?: string;
    readonly signal?: AbortSignal;
  };
