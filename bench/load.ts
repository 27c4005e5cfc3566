/** The load as a process of its own: makes the requests before the time runs, then sends them. */
import { load } from './client.ts';
import { requestMaker, type ScenarioName, type Secrets } from './requests.ts';

/** One round, as the parent process orders it. */
export interface Job {
  readonly scenario: ScenarioName;
  readonly secrets: Secrets;
  readonly port: number;
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
function make({ scenario, secrets, from, count }: Job): readonly Buffer[] {
  const name = `${scenario} ${from} ${count}`;
  if (made.name !== name) {
    made = { name: '', requests: [] };
    const maker = requestMaker(scenario, secrets);
    made = { name, requests: Array.from({ length: count }, (_, place) => maker(from + place)) };
  }
  return made.requests;
}

async function run(job: Job): Promise<Round> {
  const requests = make(job);
  const { port, connections, seconds, again, sticky = false } = job;
  let sent = 0;
  const next = (line: number): Buffer | undefined => {
    const place = sticky ? line : sent;
    sent++;
    return requests[again ? place % requests.length : place];
  };
  const before = process.cpuUsage();
  const done = await load({ port, connections, seconds, next });
  const used = process.cpuUsage(before);
  const { answers, latencies } = done;
  return {
    answers,
    seconds: done.seconds,
    rate: answers / done.seconds,
    p50: latencies[Math.floor(answers * 0.5)] ?? Number.NaN,
    p99: latencies[Math.floor(answers * 0.99)] ?? Number.NaN,
    statuses: done.statuses,
    firstBad: done.firstBad,
    sent: Math.min(sent, again ? sent : requests.length),
    busy: (used.user + used.system) / 1e6 / done.seconds,
  };
}

/** What the parent asks: first to make the requests, then to send them. */
export type Order = { readonly prepare: Job } | { readonly run: Job };

process.on('message', (order: Order) => {
  if ('prepare' in order) {
    process.send?.(make(order.prepare).length);
    return;
  }
  run(order.run)
    .then((round) => process.send?.(round))
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
      process.disconnect();
    });
});
// A terminal's Ctrl-C goes to the whole group; the parent ends us by hanging up.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
