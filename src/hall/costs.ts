/**
 * What each request costs of this process's processor, in units of an ordinary poll (30 µs). Measured one by one beside
 * a poll, which sets off what waking up costs; where the answer can be larger than it was, or costs the database more
 * than us, as for that. Rounded, since limits are no invoices. `limits.ts` says how many units there are.
 */
import { contract, type EndpointName, type Needs } from '../contract.ts';

export interface Cost {
  readonly units: number;
  /** Takes a password's hash, 85 ms of another core: of somebody who signs in, or up. */
  readonly hashesPassword?: 'signIn' | 'signUp';
  /** Succeeds only for somebody whom accounts have recognised. */
  readonly proves?: true;
}

const units: Readonly<Record<EndpointName, number>> = {
  // Answered from memory.
  getQueueToken: 1,
  listSeats: 2,
  healthz: 2,
  getTime: 2,
  listChargeMethods: 2,
  getSale: 3,
  listPerformances: 4,
  getSeatMap: 4,
  // An open stream: 3 to open, and what it hears in ten seconds.
  streamQueueToken: 5,
  streamSeats: 5,
  // Through lanes: dearest when alone, 1 ms, and a fifth of that in a crowd.
  issueQueueToken: 4,
  leaveQueue: 4,
  createReservation: 8,
  cancelReservation: 8,
  createCharge: 8,
  payReservation: 12,
  // Each may have a gateway asked, which is bounded by itself.
  createChargeOrder: 20,
  confirmChargeOrder: 20,
  receiveNotice: 8,
  createWithdrawal: 20,
  cancelPaid: 20,
  getCancellation: 10,
  getWallet: 6,
  listQueueTokens: 8,
  // Reads of their own.
  readyz: 6,
  getReservation: 10,
  listReservations: 15,
  listWalletEntries: 20,
  getChargeOrder: 10,
  getWithdrawal: 10,
  listChargeOrders: 20,
  listWithdrawals: 20,
  // Of a concert that nobody has asked for yet, or that does not exist.
  getConcert: 12,
  // Of a page that is not in memory.
  listConcerts: 20,
  // Put together once a second at most, whoever asks.
  metrics: 10,
  // Operators are few and known; these keep a page that was left open from asking more than it shows.
  getPlan: 4,
  getConcertSettings: 6,
  getOverview: 10,
  getSales: 10,
  listAllReservations: 12,
  getMoneyStanding: 10,
  findUsers: 12,
  findSeats: 12,
  getUser: 12,
  listUserEntries: 12,
  getService: 12,
  updateConcert: 12,
  movePerformance: 12,
  cancelForFan: 12,
  callOffPerformance: 20,
  getCallingOff: 6,
  getSeatStory: 15,
  getPerformance: 15,
  listLiveConcerts: 15,
  listOperatorLog: 15,
  listAllChargeOrders: 15,
  listAllWithdrawals: 15,
  getHistory: 20,
  createConcert: 20,
  exportReservations: 40,
  exportLedger: 40,
  exportMoneyDays: 40,
  exportChargeOrders: 40,
  listMoneyDays: 40,
  getAudit: 40,
  // The session and the cookie; the hash of the password is counted by itself.
  signIn: 150,
  signUp: 200,
};
const passwords: ReadonlyMap<string, 'signIn' | 'signUp'> = new Map([
  [contract.signUp.url, 'signUp'],
  [contract.signIn.url, 'signIn'],
  ['/api/auth/change-password', 'signIn'],
]);

/** Of what is not in the contract. */
const others: Readonly<Record<string, number>> = {
  '/api/auth/get-session': 16,
  // Of somebody who has a session: the library's own work.
  '/api/auth/sign-out': 100,
  '/api/auth/revoke-other-sessions': 100,
  '/api/auth/change-password': 120,
  // A megabyte, compressed once, but sent to each.
  '/docs/js/scalar.js': 60,
  '/api/openapi.json': 4,
  '/api/v1/webhooks/:method': 8,
  '/webhooks/:method': 8,
  // Painted and compressed for each reader.
  '/concerts/:concertId/wait': 40,
  // Of a concert that nobody has asked for yet: looked up, painted and compressed.
  '/concerts/:concertId': 12,
  '/concerts/:concertId/dates': 12,
  '/concerts/:concertId/dates/:date': 12,
  // Looked up, or changed, and painted for each reader.
  '/sandbox/checkout/:orderId/:seal': 6,
  // Drawn in the thread pool, one at a time, and kept; twenty kilobytes sent to each.
  ...Object.fromEntries(
    ['/picture-ko.png', '/picture-en.png'].flatMap((name) => [
      [name, 60],
      [`/concerts/:concertId${name}`, 60],
    ]),
  ),
};
/** A page or a file from memory, or nothing at all. */
const ordinary = 2;

/** Needs that are met by who somebody is. */
const provers: ReadonlySet<Needs> = new Set<Needs>(['bearer', 'charger', 'operator']);

/** The cost of a route, which may be one of the contract. */
export function costOf(url: string, endpoint?: EndpointName): Cost {
  const hashesPassword = passwords.get(url);
  const needs = endpoint === undefined ? 'nobody' : contract[endpoint].needs;
  return {
    units: endpoint === undefined ? (others[url] ?? ordinary) : units[endpoint],
    ...(hashesPassword === undefined ? {} : { hashesPassword }),
    ...(provers.has(needs) ? { proves: true } : {}),
  };
}

export const unmatchedCost: Cost = { units: ordinary };
