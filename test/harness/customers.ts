/**
 * Fans who do anything at any moment, to any server, and keep books of what they were told. Afterwards the books
 * decide: what was acknowledged must be there, what was not may have happened once or not at all.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { contract, refusalsOf, type EndpointName } from '../../src/contract.ts';
import { refusals, type RefusalCode } from '../../src/refusals.ts';
import type { BoxOffice, Fan } from './box-office.ts';
import { type Random, chance, pick } from './random.ts';
import type { Answer } from './http.ts';

export interface Sale {
  readonly concertId: string;
  readonly performanceIds: readonly string[];
  /** Seats of each performance, numbered from 1. */
  readonly seats: number;
  /** Of every seat. */
  readonly price: number;
}

/** What all customers of a run share. */
export interface Crowd {
  /** Those who may be asked now; a server that was killed is taken out, its successor put in. */
  offices: BoxOffice[];
  readonly sale: Sale;
  readonly random: Random;
  /** Servers and databases are dying: no answer, and OVERLOADED, are answers too. */
  readonly rough: boolean;
  /** How often each answer came: `createCharge 201`. */
  readonly answers: Map<string, number>;
  /** By seat: the reservation that was acknowledged for it and that nobody has tried to release. */
  readonly owners: Map<string, string>;
  /** Places that were acknowledged, with when they were asked for and when they were told (ms of this process). */
  readonly places: { readonly entry: number; readonly askedAt: number; readonly toldAt: number }[];
}

export function createCrowd(given: Pick<Crowd, 'offices' | 'sale' | 'random' | 'rough'>): Crowd {
  return { ...given, answers: new Map(), owners: new Map(), places: [] };
}

/** What may come of one's own attempt; `unknown` until somebody says so. */
type Outcome = 'unknown' | 'done' | 'refused';
export interface Charge {
  readonly key: string;
  readonly amount: number;
  outcome: Outcome;
}
interface Hold {
  readonly id: string;
  readonly amount: number;
  /** Of the place that it is held from. */
  readonly queueToken: string;
  /** As `Crowd.owners` names them. */
  readonly seats: readonly string[];
  state: 'held' | 'releasing' | 'released' | 'paid';
}
export interface Payment {
  readonly key: string;
  readonly queueToken: string;
  readonly reservationId: string;
  outcome: Outcome;
  amount: number;
}

export interface Customer {
  readonly fan: Fan;
  queueToken: string | undefined;
  /** As far as this fan was told. */
  status: 'WAIT' | 'ACTIVE' | 'EXPIRED';
  readonly charges: Charge[];
  readonly holds: Map<string, Hold>;
  readonly payments: Payment[];
  keysMade: number;
}

export function createCustomer(fan: Fan): Customer {
  return { fan, queueToken: undefined, status: 'EXPIRED', charges: [], holds: new Map(), payments: [], keysMade: 0 };
}

/** Whoever finds nobody there comes again a moment later: a crowd before a dead server must not use the machine up. */
const retry_ms = 50;

/** Asks some server. Undefined: no answer, or one that leaves open what happened. Fails on answers nobody documented. */
export async function ask<Body>(
  crowd: Crowd,
  name: EndpointName,
  send: (office: BoxOffice) => Promise<Answer<Body>>,
): Promise<Answer<Body> | undefined> {
  const office = pick(crowd.random, crowd.offices);
  let answer: Answer<Body>;
  try {
    answer = await send(office);
  } catch (error) {
    if (!crowd.rough) throw error;
    count(crowd, `${name} lost`);
    await sleep(retry_ms);
    return undefined;
  }
  count(crowd, `${name} ${answer.code ?? answer.status}`);
  assertDocumented(name, answer, crowd.rough);
  if (answer.code !== 'OVERLOADED') return answer;
  await sleep(retry_ms);
  return undefined;
}

function count({ answers }: Crowd, what: string): void {
  answers.set(what, (answers.get(what) ?? 0) + 1);
}

function assertDocumented(name: EndpointName, { status, code, fields }: Answer<unknown>, rough: boolean): void {
  const said = `${name} answered ${status} ${code} ${JSON.stringify(fields)}`;
  if (status < 400) return assert(Object.hasOwn(contract[name].replies, String(status)), said);
  assert(code !== undefined && refusalsOf(contract[name]).includes(code as RefusalCode), said);
  assert.equal(status, refusals[code as RefusalCode].status, said);
  assert(status < 500 || (rough && code === 'OVERLOADED'), said);
}

const keyOf = (customer: Customer): string => `${customer.fan.userId}-${(customer.keysMade += 1)}`;

export async function issue(crowd: Crowd, customer: Customer): Promise<void> {
  const askedAt = performance.now();
  const answer = await ask(crowd, 'issueQueueToken', (office) => office.issue(crowd.sale.concertId, customer.fan));
  if (answer === undefined) return;
  const { token, status } = answer.body;
  if (answer.status === 201) crowd.places.push({ entry: entryOf(token), askedAt, toldAt: performance.now() });
  customer.queueToken = token;
  customer.status = status;
}

function entryOf(queueToken: string): number {
  return JSON.parse(Buffer.from(queueToken.split('.')[1] ?? '', 'base64url').toString()).e;
}

export async function look(crowd: Crowd, customer: Customer): Promise<void> {
  const { queueToken = '' } = customer;
  const answer = await ask(crowd, 'getQueueToken', (office) => office.status(queueToken));
  if (answer !== undefined) customer.status = answer.body.status;
}

export async function leave(crowd: Crowd, customer: Customer): Promise<void> {
  const { queueToken = '' } = customer;
  const given = lettingGo(crowd, customer, queueToken);
  const answer = await ask(crowd, 'leaveQueue', (office) => office.leave(queueToken));
  if (answer !== undefined) for (const one of given) one.state = 'released';
  customer.status = 'EXPIRED';
}

/** What is held from a place and is given back with its end: from now on it may be somebody else's. */
function lettingGo(crowd: Crowd, { holds }: Customer, queueToken: string, but?: string): Hold[] {
  const given = [...holds.values()].filter(
    (one) => one.queueToken === queueToken && one.id !== but && (one.state === 'held' || one.state === 'releasing'),
  );
  for (const one of given) disown(crowd, one);
  return given;
}

function disown({ owners }: Crowd, one: Hold): void {
  for (const seat of one.seats) if (owners.get(seat) === one.id) owners.delete(seat);
  one.state = 'releasing';
}

/** A refusal at the gate tells where one stands. */
function heed(customer: Customer, answer: Answer<unknown> | undefined): void {
  if (answer?.code === 'ADMISSION_EXPIRED') customer.status = 'EXPIRED';
  if (answer?.code === 'NOT_ADMITTED') customer.status = 'WAIT';
}

export async function browse(crowd: Crowd, customer: Customer): Promise<void> {
  const { queueToken = '' } = customer;
  const performanceId = pick(crowd.random, crowd.sale.performanceIds);
  const answer = chance(crowd.random, 0.3)
    ? await ask(crowd, 'listPerformances', (office) => office.performances(queueToken, crowd.sale.concertId))
    : await ask(crowd, 'listSeats', (office) => office.seats(queueToken, performanceId, 'all'));
  heed(customer, answer);
}

/** Most want the front row. With a key, whoever heard nothing asks again. */
export async function hold(crowd: Crowd, customer: Customer): Promise<void> {
  const { queueToken = '' } = customer;
  const { random, sale, owners } = crowd;
  const performanceId = pick(random, sale.performanceIds);
  const wanted = new Set<number>();
  for (let seats = 1 + random(3); seats > 0; seats--) wanted.add(1 + random(chance(random, 0.6) ? 10 : sale.seats));
  const key = chance(random, 0.5) ? keyOf(customer) : undefined;
  const once = () =>
    ask(crowd, 'createReservation', (office) => office.hold(queueToken, performanceId, [...wanted], key));
  const answer = (await once()) ?? (key === undefined ? undefined : await once());
  heed(customer, answer);
  if (answer?.status !== 201) return;
  const { id, amount, seats } = answer.body;
  assert.equal(amount, seats.length * sale.price);
  assert.deepEqual(
    seats.map((seat) => seat.number),
    [...wanted],
  );
  const names = seats.map(({ number }) => `${performanceId} ${number}`);
  for (const seat of names) {
    assert.equal(owners.get(seat), undefined, `seat ${seat} was given to two`);
    owners.set(seat, id);
  }
  customer.holds.set(id, { id, amount, queueToken, seats: names, state: 'held' });
}

export async function release(crowd: Crowd, customer: Customer): Promise<void> {
  const own = [...customer.holds.values()].filter(({ state }) => state === 'held' || state === 'releasing');
  if (own.length === 0) return;
  const one = pick(crowd.random, own);
  disown(crowd, one);
  const answer = await ask(crowd, 'cancelReservation', (office) => office.cancel(customer.fan, one.id));
  if (answer?.status === 204) one.state = 'released';
  else if (answer !== undefined) assert.equal(answer.code, 'ALREADY_PAID');
}

export async function charge(crowd: Crowd, customer: Customer): Promise<void> {
  const made: Charge = {
    key: keyOf(customer),
    amount: crowd.sale.price * (1 + crowd.random(4)),
    outcome: 'unknown',
  };
  customer.charges.push(made);
  await retryCharge(crowd, customer, made);
}

/** The same key again. */
export async function retryCharge(crowd: Crowd, { fan }: Customer, made: Charge): Promise<void> {
  const answer = await ask(crowd, 'createCharge', (office) => office.charge(fan, made.amount, made.key));
  if (answer === undefined) return;
  made.outcome = answer.status === 201 ? 'done' : 'refused';
  if (answer.status === 201) assert.equal(answer.body.amount, made.amount);
}

/** Pays for a hold, sometimes by a double click, sometimes with a second key beside the first. */
export async function pay(crowd: Crowd, customer: Customer): Promise<void> {
  const { queueToken = '' } = customer;
  const held = [...customer.holds.values()].filter(({ state }) => state === 'held');
  if (held.length === 0) return;
  const { id } = pick(crowd.random, held);
  const made: Payment = { key: keyOf(customer), queueToken, reservationId: id, outcome: 'unknown', amount: 0 };
  const clicks = [made];
  if (chance(crowd.random, 0.2)) clicks.push(made);
  if (chance(crowd.random, 0.1)) clicks.push({ ...made, key: keyOf(customer) });
  customer.payments.push(...new Set(clicks));
  const others = held.filter((one) => one.queueToken === queueToken && one.id !== id);
  for (const one of others) disown(crowd, one);
  await Promise.all(clicks.map((click) => retryPayment(crowd, customer, click)));
  // Refused, but for a session that is over: then they are as they were.
  if (customer.status !== 'ACTIVE' || clicks.some(({ outcome }) => outcome !== 'refused')) return;
  for (const one of others) {
    one.state = 'held';
    for (const seat of one.seats) crowd.owners.set(seat, one.id);
  }
}

/** The same key again. */
export async function retryPayment(crowd: Crowd, customer: Customer, made: Payment): Promise<void> {
  const { key, queueToken, reservationId } = made;
  const answer = await ask(crowd, 'payReservation', (office) => office.pay(queueToken, reservationId, key));
  heed(customer, answer);
  if (answer === undefined) return;
  if (answer.status !== 201) {
    assert(made.outcome !== 'done', 'a payment that was acknowledged was refused');
    made.outcome = 'refused';
    return;
  }
  assert.equal(answer.body.reservationId, reservationId);
  made.outcome = 'done';
  made.amount = answer.body.amount;
  const own = customer.holds.get(reservationId);
  if (own !== undefined) own.state = 'paid';
  for (const one of lettingGo(crowd, customer, queueToken, reservationId)) one.state = 'released';
  if (customer.queueToken === queueToken) customer.status = 'EXPIRED';
}

function isPayment(one: Charge | Payment): one is Payment {
  return 'reservationId' in one;
}

/** Sends again what was acknowledged or left open; the answer must be that of the first time. */
export async function repeat(crowd: Crowd, customer: Customer): Promise<void> {
  const again = [...customer.charges, ...customer.payments].filter(({ outcome }) => outcome !== 'refused');
  if (again.length === 0) return;
  const one = pick(crowd.random, again);
  const before = one.outcome;
  await (isPayment(one) ? retryPayment(crowd, customer, one) : retryCharge(crowd, customer, one));
  if (before === 'done') assert.equal(one.outcome, 'done');
}
