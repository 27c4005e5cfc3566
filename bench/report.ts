/** The rows of the core's table: figures of each server, and how they compare. */
import { errorsIn } from './crowd.ts';
import type { Measured } from './measure.ts';
import { fine, metOf, whole } from './shown/shown.ts';
import { median } from './statistics.ts';
import { crowd_connections_min, type Scenario, type Target } from './scenarios.ts';

export interface Row {
  readonly scenario: string;
  readonly connections: number;
  readonly servers: Partial<Record<Target, Figures>>;
  /** Medians over the rounds, each round of the service by the one beside it. */
  readonly ofBare: number;
  readonly ofTwin: number | undefined;
  readonly goal: Scenario['goal'];
  readonly met: boolean | undefined;
}

export interface Figures {
  readonly rates: readonly number[];
  /** Answers a second; milliseconds; processor microseconds for one answer. Medians. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly serverUs: number;
  readonly postgresUs: number;
  /** Of the load tool: near 1 it was the limit. */
  readonly loadBusy: number;
  readonly answers: number;
  readonly errors: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly firstBad: string | undefined;
}

export function rowsOf(scenario: Scenario, measured: readonly Measured[]): Row[] {
  return [...Map.groupBy(measured, (one) => one.connections)].map(([connections, own]) => {
    const of = (target: Target): Measured[] => own.filter((one) => one.target === target);
    const servers = Object.fromEntries(scenario.targets.map((target) => [target, figuresOf(of(target))]));
    const ofBare = ratio(of('service'), of('bare'));
    const ofTwin = scenario.targets.includes('twin') ? ratio(of('service'), of('twin')) : undefined;
    const goal = connections < crowd_connections_min ? {} : scenario.goal;
    const isGoal = goal.bare !== undefined || goal.twin !== undefined;
    const met = ofBare >= (goal.bare ?? 0) && (ofTwin ?? Infinity) >= (goal.twin ?? 0);
    return { scenario: scenario.name, connections, servers, ofBare, ofTwin, goal, met: isGoal ? met : undefined };
  });
}

function ratio(ours: readonly Measured[], others: readonly Measured[]): number {
  return median(
    ours.map(({ rate }, round) => rate / (others[round]?.rate ?? Number.NaN)).filter((value) => !Number.isNaN(value)),
  );
}

function figuresOf(rounds: readonly Measured[]): Figures {
  const middle = (pick: (round: Measured) => number | undefined): number =>
    median(rounds.flatMap((round) => pick(round) ?? []));
  const statuses: Record<string, number> = {};
  for (const round of rounds) {
    for (const [status, count] of Object.entries(round.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
  }
  return {
    rates: rounds.map(({ rate }) => Math.round(rate)),
    rate: middle(({ rate }) => rate),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    serverUs: middle(({ serverUs }) => serverUs),
    postgresUs: middle(({ postgresUs }) => postgresUs),
    loadBusy: middle(({ busy }) => busy),
    answers: rounds.reduce((sum, { answers }) => sum + answers, 0),
    errors: rounds.reduce((sum, round) => sum + errorsIn(round), 0),
    statuses,
    firstBad: rounds.find(({ firstBad }) => firstBad !== undefined)?.firstBad,
  };
}

const table_head = [
  '| endpoint | connections | bare, /s | service, /s | p50 / p99, ms | of bare | goal | twin, /s | of twin | goal | work, µs: bare / service + PostgreSQL | |',
  '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|',
];

/** Markdown. */
export function tableOf(rows: readonly Row[]): string {
  return [...table_head, ...rows.map(lineOf)].join('\n');
}

function lineOf({ scenario, connections, servers, ofBare, ofTwin, goal, met }: Row): string {
  const { bare = nothing, service = nothing, twin } = servers;
  const remarks = Object.entries(servers).map(([name, figures]) => remark(name, figures));
  const cells = [
    scenario,
    connections,
    whole(bare.rate),
    `**${whole(service.rate)}**`,
    `${fine(service.p50)} / ${fine(service.p99)}`,
    fine(ofBare, 2),
    least(goal.bare),
    whole(twin?.rate),
    fine(ofTwin),
    least(goal.twin),
    `${whole(bare.serverUs)} / ${whole(service.serverUs)} + ${whole(service.postgresUs)}`,
    [met === undefined ? '' : metOf(met), ...remarks].join(' ').trim(),
  ];
  return `| ${cells.join(' | ')} |`;
}

const nothing: Partial<Figures> = {};
const least = (goal: number | undefined): string => (goal === undefined ? '–' : `≥ ${goal}`);

function remark(name: string, { errors, statuses, loadBusy, answers }: Figures): string {
  if (answers === 0) return `${name}: no rounds`;
  if (errors > 0) return `${name}: ${errors} ERRORS ${JSON.stringify(statuses)}`;
  return loadBusy > 0.95 ? `${name}: load tool at its limit` : '';
}
