/** Who is how busy, second by second: the servers, the database, the crowd itself, and the machine as a whole. */
import { cpus } from 'node:os';
import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { familySeconds, processorSeconds } from '../bench/processor.ts';

/** Shares of one processor (of all processors: `machine`); undefined where nobody tells. */
export interface Busy {
  /** The busiest server: its event loop is one processor at most. */
  readonly server: number | undefined;
  readonly database: number | undefined;
  readonly crowd: number;
  readonly machine: number;
}

export interface Watched {
  readonly serverPids: readonly number[];
  readonly postgresPid: number | undefined;
}

export function watchLoad({ serverPids, postgresPid }: Watched): () => Busy {
  const servers = serverPids.map((pid) => rateOf(() => processorSeconds(pid)));
  const database = rateOf(() => (postgresPid === undefined ? undefined : familySeconds(postgresPid)));
  let loop: EventLoopUtilization = performance.eventLoopUtilization();
  let ticks = machineTicks();
  return () => {
    const now = performance.eventLoopUtilization();
    const crowd = performance.eventLoopUtilization(now, loop).utilization;
    loop = now;
    const later = machineTicks();
    const machine = (later.busy - ticks.busy) / Math.max(1, later.all - ticks.all);
    ticks = later;
    const rates = servers.map((rate) => rate()).filter((rate) => rate !== undefined);
    return { server: rates.length === 0 ? undefined : Math.max(...rates), database: database(), crowd, machine };
  };
}

function rateOf(seconds: () => number | undefined): () => number | undefined {
  let at = performance.now();
  let before = seconds();
  return () => {
    const now = performance.now();
    const after = seconds();
    const rate =
      before === undefined || after === undefined ? undefined : Math.max(0, ((after - before) * 1_000) / (now - at));
    at = now;
    before = after;
    return rate;
  };
}

function machineTicks(): { busy: number; all: number } {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.irq;
    busy += sum;
    all += sum + times.idle;
  }
  return { busy, all };
}
