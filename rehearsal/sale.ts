/** A whole sale: prepares it, lets the crowd in, watches, settles what stayed open, and has the history checked. */
import path from 'node:path';
import { createBoxOffice, type Caller } from './box-office.ts';
import { checkHistory } from './checks/checks.ts';
import type { Finding } from './checks/check.ts';
import { letIn, resolveAll, signInFans } from './crowd.ts';
import type { Fortune } from './fortunes.ts';
import { openHistory, type Terms } from './history.ts';
import { createClient } from './http-client.ts';
import { createLatencies, type StepFigures } from './latencies.ts';
import { watchLoad, type Busy } from './load-watch.ts';
import { workAsOperator } from './operator-at-work.ts';
import { signInOperator, type Operator } from './operator.ts';
import type { Options } from './options.ts';
import { createPauses } from './pauses.ts';
import type { Progress } from './progress.ts';
import { watchSale, type Sample } from './samples.ts';
import type { Concert, Ending, Stage, Tally } from './stage.ts';
import { readAtRest, type ReadGateway } from './settling.ts';
import { createStreams } from './streams.ts';

export interface Place {
  readonly origins: readonly string[];
  readonly operator: { readonly email: string; readonly password: string };
  readonly identitySecret: string | undefined;
  readonly serverPids: readonly number[];
  readonly postgresPid: number | undefined;
  /** The history is written there. */
  readonly folder: string;
  /** Where money comes from outside and the gateway's books can be read. */
  readonly readGateway?: ReadGateway | undefined;
  /** Things break on purpose. */
  readonly rough?: boolean;
}

export interface SaleResults {
  readonly concert: Concert;
  readonly historyFile: string;
  readonly calls: number;
  readonly samples: readonly Sample[];
  readonly steps: readonly StepFigures[];
  readonly codes: ReadonlyMap<string, number>;
  readonly endings: ReadonlyMap<Ending, number>;
  readonly fortunes: ReadonlyMap<Fortune, number>;
  readonly arrived: number;
  readonly racesLost: number;
  /** At the end. */
  readonly seatsSold: number;
  readonly revenue: number;
  /** By fans, and by the operator for them. */
  readonly seatsGivenBack: number;
  readonly datesCalledOff: number;
  /** Seconds from the opening until everything on sale was sold for the first time; undefined if seats were left. */
  readonly soldOutAfter: number | undefined;
  readonly seconds: number;
  readonly findings: readonly Finding[];
  readonly audit: Awaited<ReturnType<Operator['audit']>>;
  readonly unknown: number;
}

/** While the sale runs: for those who break things meanwhile. */
export interface Running {
  readonly stage: Stage;
  readonly latest: () => Sample | undefined;
}

const streams_max = 200;

export async function playSale(
  options: Options,
  place: Place,
  progress: Progress,
  meanwhile: (running: Running) => Promise<void> = async () => undefined,
): Promise<SaleResults> {
  await using open = new AsyncDisposableStack();
  const { origins } = place;
  const [origin = ''] = origins;
  const operator = await signInOperator(origin, place.operator);
  const concert = await operator.createConcert(options);
  progress.say(`${options.seats} seats on ${concert.performanceIds.length} dates; ${options.fans} fans sign in …`);
  const bearerOf = await signInFans(origin, options, place.identitySecret);

  const beginning = performance.now();
  const terms = termsOf(options, concert, { epoch: Date.now(), rough: place.rough === true });
  const historyFile = path.join(place.folder, `history-${concert.id}.ndjson`);
  const history = openHistory(historyFile, terms);
  const latencies = createLatencies();
  const clients = origins.map((at) => createClient(at, Math.ceil(options.connections / origins.length)));
  open.defer(() => clients.forEach((client) => client.close()));
  const office = createBoxOffice({ clients, history, beginning, epoch: terms.epoch, note: latencies.note });
  const pauses = createPauses();
  const streams = createStreams(origins, streams_max);
  open.defer(() => pauses.end());
  open.defer(() => streams.close());
  const tally = newTally();
  let over = false;
  const isOver = (): boolean => over;
  const end = (): void => {
    over = true;
    pauses.end();
    streams.close();
  };
  const asOperator: Caller = { fan: -1, bearer: operator.bearer, queueToken: undefined, spell: 0 };
  const stage: Stage = {
    options,
    concert,
    office,
    streams,
    pauses,
    tally,
    isOver,
    unresolved: [],
    depositsUndone: new Map(),
    customers: [],
    operator: asOperator,
    purchases: [],
    calledOff: [],
  };

  const samples: Sample[] = [];
  let soldOutAt: number | undefined;
  const watch = watchSale(
    {
      office,
      operator: asOperator,
      concertId: concert.id,
      tally,
      latencies,
      busy: watchLoad(place),
      queued: () => clients.reduce((sum, client) => sum + client.queued, 0),
      clock: () => office.now() / 1_000,
      show: progress.show,
    },
    (sample) => {
      samples.push(sample);
      if (!isSoldOut(sample)) return;
      soldOutAt ??= sample.at;
      // Seats that may yet come back are for those who stand by.
      if (tally.changing === 0) end();
    },
  );
  const limit = setTimeout(end, options.limit * 1_000);
  // Also where something breaks that should not.
  open.defer(() => {
    clearTimeout(limit);
    end();
  });
  const breaking = meanwhile({ stage, latest: () => samples.at(-1) });
  const working = workAsOperator(stage);
  await letIn(stage, bearerOf);
  await breaking;
  clearTimeout(limit);
  end();
  await working;
  const seconds = office.now() / 1_000;
  progress.say('Everybody has gone home. Asking again what stayed open, reading everybody’s books …');
  let unknown = await resolveAll(stage);
  await watch.stop();
  unknown += await readAtRest(stage, place.readGateway);
  const last = await office.overview(asOperator, concert.id);
  history.close();
  progress.say(`Checking a history of ${history.calls.toLocaleString('en')} calls, and the service’s own audit …`);
  const [findings, audit] = await Promise.all([checkHistory(historyFile), operator.audit()]);
  const { reserved } = last.json['seats'] as { reserved: number };
  return {
    concert,
    historyFile,
    calls: history.calls,
    samples,
    steps: latencies.figures(),
    codes: latencies.codes(),
    endings: tally.endings,
    fortunes: tally.fortunes,
    arrived: tally.arrived,
    racesLost: tally.racesLost,
    seatsSold: reserved,
    revenue: Number(last.json['revenue']),
    seatsGivenBack: tally.seatsGivenBack,
    datesCalledOff: stage.calledOff.length,
    // Where nothing comes back it is sold out with the last sale, which is seen a little later.
    soldOutAfter: soldOutAt === undefined ? undefined : Math.min(soldOutAt, tally.lastSaleAt / 1_000),
    seconds,
    findings,
    audit,
    unknown,
  };
}

function newTally(): Tally {
  return {
    arrived: 0,
    waiting: 0,
    inside: 0,
    seatsSold: 0,
    revenue: 0,
    lastSaleAt: 0,
    racesLost: 0,
    changing: 0,
    seatsGivenBack: 0,
    endings: new Map(),
    fortunes: new Map(),
  };
}

const isSoldOut = ({ sold, total }: Sample): boolean => sold === total && total > 0;

function termsOf(options: Options, concert: Concert, { epoch, rough }: Pick<Terms, 'epoch' | 'rough'>): Terms {
  const { maxActive, sessionSeconds, holdSeconds, graceSeconds, money, cancelling } = options;
  const dates = concert.dates.map(({ startsAt, ...date }) => ({ ...date, startsAt: startsAt - epoch }));
  return {
    ...(cancelling > 0 ? { dates, boundToSupply: true } : {}),
    history: 1,
    epoch,
    concertId: concert.id,
    maxActive,
    sessionSeconds,
    holdSeconds,
    graceSeconds,
    maxSeatsPerFan: 4,
    rough,
    money,
  };
}

/** What came to its limit first: who was the first to be busy nearly all the time. */
export function saturatedFirst(samples: readonly Sample[]): string {
  const limits: readonly (readonly [string, keyof Busy, number])[] = [
    ['the event loop of a server', 'server', 0.9],
    ['the database (one processor’s worth)', 'database', 0.9],
    ['the crowd itself (its event loop)', 'crowd', 0.9],
    ['all processors of this machine', 'machine', 0.95],
  ];
  for (const [index, sample] of samples.entries()) {
    const next = samples[index + 1];
    const reached = limits.filter(([, name, limit]) => (sample[name] ?? 0) > limit && (next?.[name] ?? 0) > limit);
    const [first] = reached;
    if (first !== undefined)
      return `${reached.map(([what]) => what).join(' and ')}, ${sample.at.toFixed(0)} s after the opening`;
  }
  return 'nothing';
}
