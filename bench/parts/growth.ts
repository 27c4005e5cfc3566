/**
 * How cost grows with the line: the same requests to rooms where 1,000 to 1,000,000 wait, in one database, on one server,
 * in short turns, so that whatever else the machine does hits all alike.
 */
import type { Audit } from '../ground.ts';
import { audit, openCluster, secrets } from '../ground.ts';
import type { Round } from '../load.ts';
import { errorsIn } from '../crowd.ts';
import { startLoad, startService } from '../processes.ts';
import { familySeconds, processorSeconds } from '../processor.ts';
import {
  growth,
  growth_kinds,
  growth_sizes,
  type GrowthKind,
  type GrowthScenario,
  type GrowthSize,
} from '../requests.ts';
import { day_seconds, filled, holdsWithMoney, line, performances } from '../rows.ts';
import { spread, turns, type Spread } from '../statistics.ts';
import type { PartRun } from './part.ts';

export interface GrowthRow {
  readonly kind: GrowthKind;
  readonly size: GrowthSize;
  /** Answers a second. */
  readonly rate: Spread;
  /** What a request costs of one with 1,000 waiting, by the rates of neighbouring turns. */
  readonly cost: Spread;
  /** Processor microseconds for one answer, over all turns: of the server, and of PostgreSQL. */
  readonly serverUs: number;
  readonly postgresUs: number;
  readonly errors: number;
}

export interface Growth {
  readonly connections: number;
  readonly rounds: number;
  readonly requests: number;
  readonly rows: readonly GrowthRow[];
  /** Of the load tool, at most. */
  readonly loadBusy: number;
  readonly audit: Audit;
}

const connections = 64;
const status_seconds = 0.25;
const warm_ups = 4;
const rounds_max = 24;
const rounds_min = 3;
/** On a slow machine there are fewer turns, not a longer run. */
const measuring_ms_max = 150_000;

interface Turn extends Round {
  readonly kind: GrowthKind;
  readonly size: GrowthSize;
  readonly serverSeconds: number;
  readonly postgresSeconds: number;
}

export async function measureGrowth(run: PartRun): Promise<Growth> {
  const { quick, signal } = run;
  await using cluster = await openCluster(run);
  const databaseUrl = await cluster.create('growth');
  await prepareGrowth(databaseUrl);
  const { folder } = cluster;
  await using service = await startService({ name: 'growth', folder, databaseUrl, secrets });
  await using load = startLoad();
  const postgresPid = await cluster.pid();

  const turn = async (kind: GrowthKind, size: GrowthSize, round: number): Promise<Turn> => {
    const scenario: GrowthScenario = `growth: ${kind}, ${size} waiting`;
    const again = kind === 'status';
    const requests = { from: round * growth.requests, count: growth.requests, again };
    const job = { scenario, secrets, ports: [service.port], connections, ...requests };
    // What writes ends when its requests are used up.
    const timed = { ...job, seconds: again ? status_seconds : 60 };
    await load.prepare(timed);
    const before = [processorSeconds(service.pid) ?? Number.NaN, familySeconds(postgresPid) ?? Number.NaN] as const;
    const done = await load.run(timed);
    const after = [processorSeconds(service.pid) ?? Number.NaN, familySeconds(postgresPid) ?? Number.NaN] as const;
    return { ...done, kind, size, serverSeconds: after[0] - before[0], postgresSeconds: after[1] - before[1] };
  };

  const rounds = quick ? rounds_min : rounds_max;
  const startedAt = performance.now();
  const isLate = (done: number): boolean => done >= rounds_min && performance.now() - startedAt > measuring_ms_max;
  const cycles: Turn[][] = [];
  for (let round = 0; round < warm_ups + rounds && !signal.aborted && !isLate(cycles.length); round++) {
    const cycle: Turn[] = [];
    for (const kind of growth_kinds) {
      for (const size of turns(growth_sizes, round)) cycle.push(await turn(kind, size, round));
    }
    if (round >= warm_ups) cycles.push(cycle);
  }
  return {
    connections,
    rounds: cycles.length,
    requests: growth.requests,
    rows: growth_kinds.flatMap((kind) => growth_sizes.map((size) => rowOf(cycles, kind, size))),
    loadBusy: Math.max(...cycles.flat().map(({ busy }) => busy)),
    audit: await audit('database', databaseUrl),
  };
}

function prepareGrowth(databaseUrl: string): Promise<void> {
  return filled(databaseUrl, async (sql) => {
    for (const size of growth_sizes) {
      const concertId = growth.concertOf(size);
      await line(sql, concertId, { inside: growth.inside, waiting: size, graceSeconds: day_seconds });
      await performances(sql, concertId, [growth.seats, growth.seats]);
      await holdsWithMoney(sql, concertId, { fans: growth.inside, seatsPerPerformance: growth.seats });
    }
  });
}

function rowOf(cycles: readonly Turn[][], kind: GrowthKind, size: GrowthSize): GrowthRow {
  const find = (cycle: Turn[], size: GrowthSize): Turn | undefined =>
    cycle.find((turn) => turn.kind === kind && turn.size === size);
  const own = cycles.flatMap((cycle) => find(cycle, size) ?? []);
  const costs = cycles.map(
    (cycle) => (find(cycle, 1_000)?.rate ?? Number.NaN) / (find(cycle, size)?.rate ?? Number.NaN),
  );
  const sum = (pick: (turn: Turn) => number): number => own.reduce((total, turn) => total + pick(turn), 0);
  // Those after the end of the time were worked for too.
  const answers = sum(({ statuses }) => Object.values(statuses).reduce((total, count) => total + count, 0));
  return {
    kind,
    size,
    rate: spread(own.map(({ rate }) => rate)),
    cost: spread(costs),
    serverUs: (sum(({ serverSeconds }) => serverSeconds) / answers) * 1e6,
    postgresUs: (sum(({ postgresSeconds }) => postgresSeconds) / answers) * 1e6,
    errors: sum(errorsIn),
  };
}
