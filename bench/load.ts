/** The load as a process of its own: makes the requests before the time runs, then sends them. */
import { requestsOf } from './builds.ts';
import { serveOrders } from './children.ts';
import { load } from './client.ts';
import { loopbackAddress } from './addresses.ts';
import { ranked } from './statistics.ts';
import type { ScenarioName } from './requests.ts';
import type { Secrets } from './wire.ts';

/** One round, as the parent process orders it. */
export interface Job {
  readonly scenario: ScenarioName;
  /** Folder of the build whose requests they are; undefined: this one. */
  readonly root?: string;
  readonly secrets: Secrets;
  readonly ports: readonly number[];
  readonly connections: number;
  readonly seconds: number;
  /** Number of the first request to make. */
  readonly from: number;
  /** Most requests to make beforehand. */
  readonly count: number;
  /** Whether they may be sent again when all were sent; else the round ends there. */
  readonly again: boolean;
  /** Each connection asks the same again and again, as a browser that polls. */
  readonly sticky?: boolean;
  /** Each connection comes from an address of its own, where the system has so many. */
  readonly apart?: boolean;
}

export interface Round {
  readonly answers: number;
  readonly seconds: number;
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly firstBad: string | undefined;
  /** How many of the requests were sent; the next round begins after them. */
  readonly sent: number;
  /** Processor time of this process per second. */
  readonly busy: number;
}

let made: { readonly name: string; readonly requests: readonly Buffer[] } = { name: '', requests: [] };

/** Requests that may be sent again are also kept for the next round. */
async function make({ scenario, root, secrets, from, count }: Job): Promise<readonly Buffer[]> {
  const name = `${root ?? ''} ${scenario} ${from} ${count}`;
  if (made.name !== name) {
    made = { name: '', requests: [] };
    const { requestMaker } = await requestsOf(root);
    const maker = requestMaker(scenario, secrets);
    made = { name, requests: Array.from({ length: count }, (_, place) => maker(from + place)) };
  }
  return made.requests;
}

async function run(job: Job): Promise<Round> {
  const requests = await make(job);
  const { ports, connections, seconds, again, sticky = false, apart = false } = job;
  let sent = 0;
  const next = (line: number): Buffer | undefined => {
    const place = sticky ? line : sent;
    sent++;
    return requests[again ? place % requests.length : place];
  };
  const before = process.cpuUsage();
  const from = apart ? (line: number): string | undefined => loopbackAddress(line) : undefined;
  const done = await load({ ports, connections, seconds, next, from });
  const used = process.cpuUsage(before);
  const { answers, latencies } = done;
  return {
    answers,
    seconds: done.seconds,
    rate: answers / done.seconds,
    p50: ranked(latencies, 0.5),
    p99: ranked(latencies, 0.99),
    statuses: done.statuses,
    firstBad: done.firstBad,
    sent: Math.min(sent, again ? sent : requests.length),
    busy: (used.user + used.system) / 1e6 / done.seconds,
  };
}

/** What the parent asks: first to make the requests, then to send them. */
export type Order = { readonly prepare: Job } | { readonly run: Job };

serveOrders(async (order: Order): Promise<Round | number> =>
  'prepare' in order ? (await make(order.prepare)).length : run(order.run),
);
