/** This build beside the yardstick, as tables, with the goals at each number of connections. */
import type { Beside, BesideKind, BesideRow } from '../parts/beside.ts';
import type { Compared } from '../beside-rounds.ts';
import {
  busyRemark,
  errorsRemark,
  fine,
  metOf,
  namedAuditRemark,
  remarks,
  spreadOf,
  table,
  whole,
  type Goal,
  type Shown,
} from './shown.ts';

interface Wish {
  readonly of: keyof Compared;
  readonly what: string;
  readonly connections: readonly number[];
  readonly least?: number;
  readonly most?: number;
}

/** What of a kind is wished, of the yardstick's. */
function wishesOf(kind: BesideKind): Wish[] {
  const isPay = kind === 'pay';
  return [
    { of: 'p50', what: 'median time with one connection', connections: [1], most: isPay ? 0.45 : 0.55 },
    { of: 'work', what: 'processor time with one connection', connections: [1], most: 0.5 },
    { of: 'rate', what: 'rate with 8 and 50 connections', connections: [8, 50], least: 1.8 },
    { of: 'rate', what: 'rate with 512 connections', connections: [512], least: isPay ? 1.7 : 1.2 },
  ];
}
const bookings_wish = { what: 'Whole bookings by 512 fans at a time: rate', fans: 512, least: 1.4 };
const idle_most = 0.3;

/** Of figures that were not measured nothing is met. */
function isMet(value: number | null | undefined, { least, most }: Pick<Wish, 'least' | 'most'>): boolean {
  if (typeof value !== 'number') return false;
  return value >= (least ?? 0) && value <= (most ?? Infinity);
}

function said({ least, most }: Pick<Wish, 'least' | 'most'>): string {
  return least === undefined ? `≤ ${most}` : `≥ ${least}`;
}

const two = (value: number): string => fine(value, 2);

export function showBeside(figures: Beside): Shown {
  const { commits, seconds, bookingSeconds, rows, bookings, idle, loadBusy, audits } = figures;
  const how =
    `The yardstick is ${commits.yardstick}, this build ${commits.this}. Rounds of ${seconds} s (whole bookings: ${bookingSeconds} s), in turns; ` +
    `medians, and in the last three columns medians and quartiles of the ratios of neighbouring rounds.`;
  const faults = [...rows, ...bookings];
  const remarked = remarks([
    busyRemark(loadBusy),
    ...audits.map(namedAuditRemark),
    errorsRemark(
      faults.reduce((sum, { errors }) => sum + errors, 0),
      faults.find(({ firstBad }) => firstBad)?.firstBad,
    ),
  ]);
  return {
    markdown: `${how}\n\n${tableOf(figures)}\n\n${idleTable(figures)}${remarked}`,
    charts: {},
    goals: [...rowGoals(rows), ...bookingGoals(figures), idleGoal(idle)],
  };
}

function tableOf({ rows, bookings }: Beside): string {
  const lines = [
    ...rows.map((row) => ({ ...row, what: row.kind, at: row.connections })),
    ...bookings.map((row) => ({ ...row, what: 'whole booking', at: row.fans })),
  ];
  const cells = lines.map(({ what, at, rounds, builds, of }) => {
    const both = [builds.yardstick, builds.this];
    return [
      what,
      whole(at),
      whole(rounds),
      ...both.flatMap(({ rate, p50, p99, serverUs, postgresUs }) => [
        whole(rate),
        `${fine(p50, 2)} / ${fine(p99)}`,
        `${whole(serverUs)} + ${whole(postgresUs)}`,
      ]),
      `**${spreadOf(of.rate, two)}**`,
      spreadOf(of.p50, two),
      spreadOf(of.work, two),
    ];
  });
  const build = (name: string): string[] => [`${name}: /s`, 'p50 / p99, ms', 'work, µs: server + PostgreSQL'];
  const head = ['request', 'connections', 'rounds', ...build('yardstick'), ...build('this build')];
  return table([...head, 'rate, × of it', 'p50, × of it', 'work, × of it'], cells);
}

function idleTable({ idle }: Beside): string {
  const work = (name: 'yardstick' | 'this'): string =>
    `${fine(idle.builds[name].serverMs)} + ${fine(idle.builds[name].postgresMs)}`;
  const goal = idleGoal(idle);
  const head = ['ms of a processor a second: server + PostgreSQL', 'yardstick', 'this build', '× of it', 'goal', ''];
  const what = `idle, ${whole(idle.concerts)} past concerts; ${idle.rounds} rounds of ${idle.seconds} s`;
  const ratio = `**${spreadOf(idle.of, two)}**`;
  return table(head, [[what, work('yardstick'), work('this'), ratio, goal.goal, metOf(goal.met)]]);
}

/** Met where it is met at every number of connections that it is for. */
function rowGoals(rows: readonly BesideRow[]): Goal[] {
  return [...Map.groupBy(rows, ({ kind }) => kind)].flatMap(([kind, own]) =>
    wishesOf(kind).map((wish) => {
      const concerned = own.filter(({ connections }) => wish.connections.includes(connections));
      const reached = concerned.map(({ connections, of }) => {
        const value = fine(of[wish.of].median, 2);
        return wish.connections.length > 1 ? `${value} at ${connections}` : value;
      });
      return {
        what: `${kind}: ${wish.what}, of the yardstick's`,
        goal: said(wish),
        measured: reached.join(', '),
        met:
          concerned.length === wish.connections.length && concerned.every(({ of }) => isMet(of[wish.of].median, wish)),
      };
    }),
  );
}

function bookingGoals({ bookings }: Beside): Goal[] {
  const { what, fans, least } = bookings_wish;
  return bookings
    .filter((row) => row.fans === fans)
    .map(({ of }) => ({
      what: `${what}, of the yardstick's`,
      goal: said({ least }),
      measured: fine(of.rate.median, 2),
      met: isMet(of.rate.median, { least }),
    }));
}

function idleGoal({ concerts, of }: Beside['idle']): Goal {
  return {
    what: `Idle server with ${whole(concerts)} past concerts: processor time, of the yardstick's`,
    goal: said({ most: idle_most }),
    measured: fine(of.median, 2),
    met: isMet(of.median, { most: idle_most }),
  };
}
