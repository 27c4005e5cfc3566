/** What can be asked of `npm run bench`: a shorter run, a part of it, a profile. */
import { parseArgs } from 'node:util';

export interface Options {
  /** One round of one server. */
  readonly seconds: number;
  /** Rounds of each server at each number of connections; the table shows medians. */
  readonly rounds: number;
  readonly connections: readonly number[];
  /** Only scenarios whose name contains one of these. */
  readonly only: readonly string[];
  /** Writes a profile of the service for each scenario into reports/. */
  readonly profile: boolean;
}

const usage = `npm run bench -- [--quick] [--only status,pay] [--seconds 3] [--rounds 3] [--connections 64,512] [--profile]`;

export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      connections: { type: 'string', default: '64,512' },
      profile: { type: 'boolean', default: false },
    },
  });
  return {
    seconds: positive(values.seconds ?? (values.quick ? '1' : '3')),
    rounds: positive(values.rounds ?? (values.quick ? '1' : '3')),
    connections: values.connections.split(',').map(positive),
    only: values.only.split(',').filter((name) => name !== ''),
    profile: values.profile,
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${text} must be a number above 0\n${usage}`);
  return value;
}
