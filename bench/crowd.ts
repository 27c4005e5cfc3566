/** What the length of the line costs: the rate of polls, and the server's memory, with 1,000 and 1,000,000 in line. */
import { inspect, type Memory } from './inspector.ts';
import type { Round } from './load.ts';
import type { Field } from './measure.ts';
import { startService, type Service, type ServiceOptions } from './processes.ts';
import { processorSeconds } from './processor.ts';
import { median } from './statistics.ts';
import { long_line, short_line, type ScenarioName } from './requests.ts';

const names = {
  short: 'status of 1,000 fans, 1,000 waiting',
  long: 'status of 1,000 fans, 1,000,000 waiting',
} as const;

export interface Polls {
  /** Medians: answers a second, and the server's processor time for one, in microseconds. */
  readonly shortRate: number;
  readonly longRate: number;
  readonly shortUs: number | undefined;
  readonly longUs: number | undefined;
  /** What a poll of the long line costs of one of the short line, by the rates. */
  readonly cost: number;
  readonly errors: number;
}

type Poll = Round & { readonly us: number | undefined };

/** The same number of fans polls either way; only the lines they stand in differ. */
export async function comparePolls(field: Field, seconds: number, rounds: number): Promise<Polls> {
  const poll = async (scenario: ScenarioName): Promise<Poll> => {
    const { load, secrets, service } = field;
    const requests = { connections: 64, from: 0, count: short_line, again: true };
    const job = { scenario, secrets, ports: [service.port], seconds, ...requests };
    await load.prepare(job);
    const before = processorSeconds(service.pid);
    const round = await load.run(job);
    const after = processorSeconds(service.pid);
    return {
      ...round,
      us: before === undefined || after === undefined ? undefined : ((after - before) / round.answers) * 1e6,
    };
  };
  const short: Poll[] = [];
  const long: Poll[] = [];
  for (let round = 0; round <= rounds && !field.signal.aborted; round++) {
    short.push(await poll(names.short));
    long.push(await poll(names.long));
    // The first pair was the warm-up.
    if (round === 0) short.length = long.length = 0;
  }
  return {
    shortRate: median(short.map(({ rate }) => rate)),
    longRate: median(long.map(({ rate }) => rate)),
    shortUs: median(short.flatMap(({ us }) => us ?? [])),
    longUs: median(long.flatMap(({ us }) => us ?? [])),
    cost: median(short.map(({ rate }) => rate)) / median(long.map(({ rate }) => rate)),
    errors: [...short, ...long].reduce((sum, round) => sum + errorsIn(round), 0),
  };
}

export interface MemoryPerFan {
  readonly short: Memory;
  readonly long: Memory;
  /** Bytes a waiting fan: of what is in use, and of what the operating system sees. */
  readonly inUse: number;
  readonly resident: number;
}

const polls_seconds = 4;

/** A server of its own: 1,000 in line and their polls, a look; then 1,000,000 in line, polls all over it, a look. */
export async function measureMemory({ load, secrets }: Field, options: ServiceOptions): Promise<MemoryPerFan> {
  await using service: Service = await startService({ ...options, inspected: true });
  const inspector = await inspect(service.inspector ?? '');
  const polled = async (scenario: ScenarioName, count: number): Promise<Memory> => {
    const requests = { connections: 64, from: 0, count, again: true };
    const job = { scenario, secrets, ports: [service.port], seconds: polls_seconds, ...requests };
    await load.prepare(job);
    await load.run(job);
    return inspector.memory();
  };
  try {
    // Before the first look: as many tokens are remembered and as much code is compiled as before the second.
    await polled('seats', 50_000);
    const short = await polled(names.short, short_line);
    const long = await polled('status, through a proxy', 100_000);
    const fans = long_line - short_line;
    return { short, long, inUse: (long.inUse - short.inUse) / fans, resident: (long.resident - short.resident) / fans };
  } finally {
    inspector.close();
  }
}

export function errorsIn({ statuses }: Pick<Round, 'statuses'>): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => (status.startsWith('2') ? sum : sum + count), 0);
}
