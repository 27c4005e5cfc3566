/** What can be asked of `npm run bench`: which parts, a shorter run, a profile, or only the charts once more. */
import { parseArgs } from 'node:util';
import { scenarios } from './scenarios.ts';

export const part_names = [
  'core',
  'beside',
  'rooms',
  'growth',
  'streams',
  'processes',
  'calm',
  'bookings',
  'funding',
  'cancellation',
  'calling-off',
  'recovery',
  'pages',
  'door',
  'bodies',
] as const;
export type PartName = (typeof part_names)[number];

/** Held against another build: measured where one is named. */
const with_yardstick: readonly PartName[] = ['beside', 'rooms', 'funding', 'cancellation'];

export interface Options extends CoreOptions {
  readonly parts: readonly PartName[];
  /** Measures nothing: draws what was measured before. */
  readonly charts: boolean;
  readonly quick: boolean;
  /** Folder of the build that stands beside this one; without it that part is not measured. */
  readonly yardstick: string | undefined;
  /** Whether the figures go into docs/charts/bench.json and the document; those of a short or partial run do not. */
  readonly kept: boolean;
}

/** Of the core alone. */
export interface CoreOptions {
  /** One round of one server. */
  readonly seconds: number;
  /** Rounds of each server at each number of connections; the table shows medians. */
  readonly rounds: number;
  readonly connections: readonly number[];
  /** Only scenarios whose name contains one of these; also `line` and `memory`. */
  readonly scenarios: readonly string[];
  /** Writes a profile of the service for each scenario into reports/. */
  readonly profile: boolean;
}

/** As many as a sale mostly has, and crowds; the document shows these. */
const document_connections = [1, 8, 50, 64, 512];

export const usage = `npm run bench -- [--all | --only ${part_names.join(',')}] [--quick] [--charts]
of ${with_yardstick.join(', ')}, which --all leaves out without it: --yardstick FOLDER
of the core: [--only status,pay,line,memory] [--seconds 2] [--rounds 7] [--connections ${document_connections.join(',')}] [--profile]`;

/** Throws an error whose message a person can act on. */
export function readOptions(args: string[]): Options {
  const values = valuesOf(args);
  const { parts, scenarios } = chosen(values.only);
  const [seconds, rounds] = values.quick ? ['1', '1'] : ['2', '7'];
  if (values.all && values.only !== '') throw new Error(`--all and --only contradict each other\n${usage}`);
  const core = {
    seconds: positive(values.seconds ?? seconds),
    rounds: positive(values.rounds ?? rounds),
    connections: values.connections.split(',').map(positive),
    scenarios,
    profile: values.profile,
  };
  return {
    parts: partsOf(values, parts),
    yardstick: values.yardstick,
    charts: values.charts,
    quick: values.quick,
    kept: !values.quick && (isWhole(core) || !parts.includes('core')),
    ...core,
  };
}

interface Asked {
  readonly charts: boolean;
  readonly all: boolean;
  readonly yardstick?: string | undefined;
}

/** `named` are the parts named one by one. */
function partsOf({ charts, all, yardstick }: Asked, named: readonly PartName[]): readonly PartName[] {
  if (charts) return [];
  const needsOne = (name: PartName): boolean => with_yardstick.includes(name);
  const parts = all ? part_names.filter((name) => !needsOne(name) || yardstick !== undefined) : named;
  if (parts.some(needsOne) === (yardstick !== undefined)) return parts;
  throw new Error(
    `${with_yardstick.join(' or ')} and --yardstick FOLDER belong together: FOLDER is another build (git worktree add FOLDER COMMIT, then npm ci in it)\n${usage}`,
  );
}

/** Whether the core's table is the one that the document shows. */
function isWhole({ seconds, rounds, connections, scenarios, profile }: CoreOptions): boolean {
  return (
    seconds >= 2 &&
    rounds >= 3 &&
    connections.join() === document_connections.join() &&
    scenarios.length === 0 &&
    !profile
  );
}

/** Names of parts; what is none of them picks scenarios of the core. Nothing named is the core. */
function chosen(only: string): Pick<Options, 'parts' | 'scenarios'> {
  const names = only.split(',').filter((name) => name !== '');
  const known = [...scenarios(1).map(({ name }) => name), 'line', 'memory'];
  const isPart = (name: string): name is PartName => part_names.some((part) => part === name);
  const picked = names.filter((name) => !isPart(name));
  const strange = picked.find((name) => !known.some((scenario) => scenario.includes(name)));
  if (strange !== undefined) throw new Error(`there is nothing called ${strange} to measure\n${usage}`);
  const isCore = names.length === 0 || picked.length > 0;
  return { parts: part_names.filter((part) => names.includes(part) || (part === 'core' && isCore)), scenarios: picked };
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${text} must be a number above 0\n${usage}`);
  return value;
}

function valuesOf(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        all: { type: 'boolean', default: false },
        charts: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        connections: { type: 'string', default: document_connections.join(',') },
        yardstick: { type: 'string' },
        profile: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`, { cause: error });
  }
}
