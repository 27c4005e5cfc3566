/**
 * Cancelling what was paid for, beside paying for it in another build: fans of one date who each give their seat back, and
 * fans who each pay for theirs. How many a second, and what one takes of the processors.
 */
import {
  alternate,
  auditsOf,
  createRounds,
  ofEach,
  openBuilds,
  stand,
  type Each,
  type Standing,
  type Taken,
} from '../beside-rounds.ts';
import type { Build } from '../builds.ts';
import { openCluster, type Audit } from '../ground.ts';
import { startLoad, type LoadProcess } from '../processes.ts';
import { concerts, seats_per_performance } from '../requests.ts';
import { filled, line, paidFor, performances } from '../rows.ts';
import { median, spread, type Spread } from '../statistics.ts';
import type { PartRun } from './part.ts';

export const cancelling_connections = [8, 64, 512] as const;

/** Medians of the rounds; processor microseconds are of one answer, of the service and PostgreSQL together. */
export interface CancellationRow {
  readonly connections: number;
  readonly rounds: number;
  readonly payRate: number;
  readonly payUs: number;
  readonly cancelRate: number;
  readonly cancelUs: number;
  /** Cancellations a second, of the yardstick's payments; and the work of one. By neighbouring rounds. */
  readonly rate: Spread;
  readonly work: Spread;
  readonly errors: number;
  readonly firstBad: string | undefined;
}

export interface Cancellation {
  /** Of Git. */
  readonly commits: Each<string>;
  readonly seconds: number;
  readonly rows: readonly CancellationRow[];
  readonly loadBusy: number;
  readonly audits: readonly Audit[];
}

interface Extent {
  readonly seconds: number;
  readonly rounds: number;
  /** Who stand ready to pay, and who have paid. */
  readonly fans: number;
  readonly warmUpRequests: number;
}

/** Inside at the till; each payment lets in the next fan, who is long inside when it is that fan's turn to pay. */
const till_inside = 2_000;

function extentOf(quick: boolean): Extent {
  return quick
    ? { seconds: 0.3, rounds: 1, fans: 25_000, warmUpRequests: 300 }
    : { seconds: 1.5, rounds: 7, fans: 250_000, warmUpRequests: 8_000 };
}

/** Ends by itself in three minutes. `yardstick` is the folder of the other build, with its packages. */
export async function measureCancellation(run: PartRun & { readonly yardstick: string }): Promise<Cancellation> {
  const builds = await openBuilds(run.yardstick);
  const extent = extentOf(run.quick);
  await using cluster = await openCluster(run);
  await using open = new AsyncDisposableStack();
  run.say(`  preparing ${extent.fans.toLocaleString('en')} fans who pay, and as many who have paid …`);
  const fill = (build: Build, url: string): Promise<void> =>
    build.name === 'this' ? fillPaid(url, extent.fans) : fillTill(build, url, extent.fans);
  const standing = await stand({ cluster, builds, purpose: 'cancellation' }, fill, open);
  const load = open.use(startLoad());
  const { rows, busy } = await measure(load, standing, { ...run, ...extent });
  await builds.yardstick.closeTill?.(standing.yardstick.databaseUrl);
  return {
    commits: { yardstick: builds.yardstick.commit, this: builds.this.commit },
    seconds: extent.seconds,
    rows,
    loadBusy: busy,
    audits: run.signal.aborted ? [] : await auditsOf(standing, 'cancellations'),
  };
}

const halls = (fans: number): number[] =>
  Array.from({ length: Math.ceil(fans / seats_per_performance) }, () => seats_per_performance);

function fillPaid(url: string, fans: number): Promise<void> {
  return filled(url, async (sql) => {
    await line(sql, concerts.till, { inside: 0, waiting: 0, graceSeconds: 20, maxActive: till_inside });
    await performances(sql, concerts.till, halls(fans));
    await paidFor(sql, concerts.till, { fans, seatsPerPerformance: seats_per_performance });
  });
}

/** By the yardstick's own files: its tables may be others. */
function fillTill({ rows }: Build, url: string, fans: number): Promise<void> {
  return rows.filled(url, async (sql) => {
    const { day_seconds: graceSeconds } = rows;
    await rows.line(sql, concerts.till, { inside: till_inside, waiting: fans, graceSeconds });
    await rows.performances(sql, concerts.till, halls(fans));
    await rows.holdsWithMoney(sql, concerts.till, { fans, seatsPerPerformance: seats_per_performance });
  });
}

async function measure(
  load: LoadProcess,
  standing: Each<Standing>,
  run: PartRun & Extent,
): Promise<{ rows: readonly CancellationRow[]; busy: number }> {
  const take = await ofEach(async (name) =>
    createRounds(load, standing[name], name === 'this' ? 'cancel' : 'pay', run.fans),
  );
  const warm_up = { connections: 64, seconds: 10, requestsMax: run.warmUpRequests };
  for (const name of ['yardstick', 'this'] as const) await take[name](warm_up);
  const rows: CancellationRow[] = [];
  let busy = 0;
  for (const connections of cancelling_connections) {
    run.say(`  cancellations with ${connections} connections …`);
    const done = await alternate<Taken>(
      run.rounds,
      () => run.signal.aborted,
      (name) => take[name]({ connections, seconds: run.seconds }),
    );
    if (done.length > 0) rows.push(rowOf(connections, done));
    busy = Math.max(busy, ...done.flatMap((each) => [each.yardstick.busy, each.this.busy]));
  }
  return { rows, busy };
}

const workOf = ({ serverUs, postgresUs }: Taken): number => serverUs + postgresUs;

function rowOf(connections: number, rounds: readonly Each<Taken>[]): CancellationRow {
  const of = (pick: (round: Each<Taken>) => number): number => median(rounds.map(pick));
  const all = rounds.flatMap((round) => [round.yardstick, round.this]);
  return {
    connections,
    rounds: rounds.length,
    payRate: of((round) => round.yardstick.rate),
    payUs: of((round) => workOf(round.yardstick)),
    cancelRate: of((round) => round.this.rate),
    cancelUs: of((round) => workOf(round.this)),
    rate: spread(rounds.map((round) => round.this.rate / round.yardstick.rate)),
    work: spread(rounds.map((round) => workOf(round.this) / workOf(round.yardstick))),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    firstBad: all.find(({ firstBad }) => firstBad !== undefined)?.firstBad,
  };
}
