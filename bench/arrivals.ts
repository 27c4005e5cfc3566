/**
 * Load that comes when it comes, as a process of its own: requests have their times beforehand, and each is counted from
 * the time it should have been sent, so that a server that stalls cannot hide those who would have come meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { serveOrders } from './children.ts';
import { calmMaker, calmPolls, type CalmKind, type CalmMix } from './calm-requests.ts';
import { askOnce, openHttpLine, type Answer, type HttpLine } from './http-line.ts';
import { arrivalTimes, ranked } from './statistics.ts';
import { knock, type Secrets } from './wire.ts';

export interface Arrivals {
  readonly mix: CalmMix;
  readonly secrets: Secrets;
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Arrivals a second, at random; undefined: one after the other, as fast as they are answered. */
  readonly rate: number | undefined;
  /** Number of the first request to make, and of how many at most. */
  readonly from: number;
  readonly count: number;
}

/** Fans who all connect at the same moment, each with a poll of an own place. */
export interface Newcomers {
  readonly secrets: Secrets;
  readonly port: number;
  readonly fans: number;
}

export type ArrivalOrder =
  | { readonly prepare: Arrivals }
  | { readonly run: Arrivals }
  | { readonly connect: Newcomers };

export interface Arrived {
  readonly answers: number;
  /** Requests taken, answered or not; the next window begins after them. */
  readonly sent: number;
  readonly seconds: number;
  /** By kind, in milliseconds from the time it should have been sent, ascending. */
  readonly latencies: Readonly<Partial<Record<CalmKind, readonly number[]>>>;
  readonly errors: number;
  readonly firstBad: string | undefined;
  /** How late the load tool itself sent one, 99 of 100 within; and its processor time per second. */
  readonly lateP99: number;
  readonly busy: number;
}

/** Of each newcomer: milliseconds from the moment all of them connect until the own answer; ascending. */
export interface Connected {
  readonly latencies: readonly number[];
  readonly errors: number;
}

const settle_ms_max = 30_000;

interface Planned {
  readonly kind: CalmKind;
  readonly bytes: Buffer;
}

let made: { readonly key: string; readonly planned: readonly Planned[] } = { key: '', planned: [] };

function make({ mix, secrets, from, count }: Arrivals): readonly Planned[] {
  const key = `${mix} ${from} ${count}`;
  if (made.key !== key) {
    const maker = calmMaker(mix, secrets);
    made = { key, planned: Array.from({ length: count }, (_, place) => maker(from + place)) };
  }
  return made.planned;
}

/** What happened so far; times in milliseconds from the start. */
interface Tally {
  readonly latencies: Partial<Record<CalmKind, number[]>>;
  readonly late: number[];
  answers: number;
  errors: number;
  underWay: number;
  firstBad: string | undefined;
}

/** When the next request is due, in milliseconds from the start; undefined when there is no more. */
function scheduleOf({ rate, seconds, count, from }: Arrivals): (index: number, now: number) => number | undefined {
  if (rate === undefined) return (index, now) => (index < count && now < seconds * 1_000 ? now : undefined);
  const times = arrivalTimes({ rate, seconds, seed: from + 1 });
  return (index) => (index < count ? times[index] : undefined);
}

async function run(order: Arrivals): Promise<Arrived> {
  const planned = make(order);
  const dueAt = scheduleOf(order);
  const free = await openLines(order);
  const lines = [...free];
  const tally: Tally = { latencies: {}, late: [], answers: 0, errors: 0, underWay: 0, firstBad: undefined };
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  let next = 0;

  const send = async (line: HttpLine, one: Planned, due: number): Promise<void> => {
    tally.underWay++;
    const answer = await line.ask(one.bytes);
    tally.underWay--;
    count(tally, one, { ...answer, took: elapsed() - due });
    if (!line.closed) free.push(line);
    sendDue();
  };
  const sendDue = (): void => {
    for (;;) {
      const now = elapsed();
      const due = dueAt(next, now);
      const one = planned[next];
      const line = due === undefined || due > now || one === undefined ? undefined : free.pop();
      if (due === undefined || one === undefined || line === undefined) return;
      next++;
      tally.late.push(now - due);
      void send(line, one, due);
    }
  };
  const isOver = (): boolean => dueAt(next, elapsed()) === undefined && tally.underWay === 0;
  // A timer cannot be told less than a millisecond; up to so much of each latency is the load tool's own.
  while (!isOver() && elapsed() < order.seconds * 1_000 + settle_ms_max) {
    sendDue();
    await sleep(1);
  }
  const used = process.cpuUsage(cpu);
  for (const line of lines) line.close();
  for (const list of Object.values(tally.latencies)) list.sort((one, other) => one - other);
  const { answers, latencies, errors, firstBad, underWay } = tally;
  return {
    answers,
    sent: next,
    seconds: order.seconds,
    latencies,
    errors: errors + underWay,
    firstBad,
    lateP99: ranked(
      tally.late.toSorted((one, other) => one - other),
      0.99,
    ),
    busy: (used.user + used.system) / 1e3 / elapsed(),
  };
}

/** Connected and through the door: the server has answered on each. What connecting takes is measured by itself. */
async function openLines({ port, connections }: Arrivals): Promise<HttpLine[]> {
  const lines = await Promise.all(Array.from({ length: connections }, () => openHttpLine(port)));
  await Promise.all(lines.map((line) => line.ask(knock)));
  return lines;
}

async function connectAtOnce({ secrets, port, fans }: Newcomers): Promise<Connected> {
  const polls = calmPolls(secrets, fans);
  const startedAt = performance.now();
  const all = await Promise.all(
    polls.map(async (poll) => {
      const { status } = await askOnce(port, poll);
      return { status, took: performance.now() - startedAt };
    }),
  );
  return {
    latencies: all.map(({ took }) => took).toSorted((one, other) => one - other),
    errors: all.filter(({ status }) => status !== 200).length,
  };
}

function count(tally: Tally, { kind }: Planned, { status, body, took }: Answer & { readonly took: number }): void {
  tally.answers++;
  (tally.latencies[kind] ??= []).push(took);
  if (status >= 200 && status <= 299) return;
  tally.errors++;
  tally.firstBad ??= `${kind}: ${status} ${body.slice(0, 400)}`;
}

serveOrders(async (order: ArrivalOrder): Promise<Arrived | Connected | number> => {
  if ('prepare' in order) return make(order.prepare).length;
  return 'run' in order ? run(order.run) : connectAtOnce(order.connect);
});
