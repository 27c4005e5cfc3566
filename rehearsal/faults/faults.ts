/** The faults: what breaks, and how it is mended. Each returns when everything that it broke is whole again. */
import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancellingFaults } from './cancelling-faults.ts';
import type { Field } from './field.ts';
import { moneyFaults } from './money-faults.ts';
import type { Fault } from './fault.ts';
import type { Postgres } from './postgres.ts';

const disk_megabytes = 420;
const hour_seconds = 3_600;

async function cutCommits(
  field: Field,
  seconds: number,
  when: 'before the commit' | 'after the commit',
): Promise<string> {
  const count = (): number => field.wires.reduce((sum, { cuts }) => sum + cuts, 0);
  const before = count();
  for (const wire of field.wires) wire.cutting = { when, share: 0.2 };
  await sleep(seconds * 1_000);
  for (const wire of field.wires) wire.cutting = undefined;
  const cuts = count() - before;
  // For months of nothing the verdict would be the same.
  if (cuts === 0) throw new Error(`in ${seconds} s no connection was cut ${when}: the wire knows no commit of these`);
  return `${cuts} connections cut`;
}

/** Answers the new primary. */
async function failOver({ postgres, standbys: [standby] }: Field): Promise<Postgres> {
  if (standby === undefined) throw new Error('this fault needs a standby');
  await postgres.kill();
  await standby.ask(({ sql }) => sql`select pg_promote(true, 30)`);
  return standby;
}

const faults: readonly Fault[] = [
  {
    name: 'server-killed',
    what: '`kill -9` of one server; started again 3 s later',
    strike: async (field, seconds) => {
      await field.kill(0);
      await sleep(Math.min(3, seconds) * 1_000);
      await field.restart(0);
      return '';
    },
  },
  {
    name: 'all-servers-killed',
    what: '`kill -9` of all servers at once; started again',
    strike: async (field) => {
      const numbers = field.servers.map((_, number) => number);
      await Promise.all(numbers.map((number) => field.kill(number)));
      await Promise.all(numbers.map((number) => field.restart(number)));
      return '';
    },
  },
  {
    name: 'postgres-killed',
    what: '`kill -9` of PostgreSQL, all its processes; started again 2 s later',
    strike: async ({ postgres }, seconds) => {
      await postgres.kill();
      await sleep(Math.min(2, seconds) * 1_000);
      await postgres.start();
      return '';
    },
  },
  {
    name: 'server-stopped',
    what: '`SIGSTOP` of one server past the end of holds and sessions, then `SIGCONT`',
    strike: async ({ servers }, seconds) => {
      const child = servers[0]?.child;
      child?.kill('SIGSTOP');
      await sleep(seconds * 1_000);
      child?.kill('SIGCONT');
      return `stopped for ${seconds} s`;
    },
  },
  {
    name: 'cut-before-commit',
    what: 'connections cut in mid-transaction: all statements sent, the `commit` lost (one in five)',
    strike: (field, seconds) => cutCommits(field, seconds, 'before the commit'),
  },
  {
    name: 'cut-after-commit',
    what: 'connections cut after the commit, its answer lost (one in five)',
    strike: (field, seconds) => cutCommits(field, seconds, 'after the commit'),
  },
  {
    name: 'wire-dead',
    what: 'one server’s wire to the database goes dead: no data, no end of connection',
    strike: async ({ wires }, seconds) => {
      const [wire] = wires;
      wire?.freeze();
      await sleep(seconds * 1_000);
      wire?.thaw();
      return `dead for ${seconds} s`;
    },
  },
  {
    name: 'database-slow',
    what: 'slow database: every round trip 100 ms longer',
    strike: async ({ wires }, seconds) => {
      for (const wire of wires) wire.delayMs = 50;
      await sleep(seconds * 1_000);
      for (const wire of wires) wire.delayMs = 0;
      return '';
    },
  },
  {
    name: 'disk-full',
    what: 'the database’s disk is full, to the last byte; then there is room again',
    impossible: () =>
      process.getuid?.() === 0 && canMount() ? undefined : 'needs a small disk of its own: root, who may mount one',
    field: {
      prepareDisk: (dataDir, open) => {
        mount('mount', ['-t', 'tmpfs', '-o', `size=${disk_megabytes}m,mode=755`, 'tmpfs', dataDir]);
        open.defer(() => mount('umount', ['-l', dataDir]));
      },
    },
    strike: async ({ postgres }, seconds) => {
      const filler = path.join(path.dirname(postgres.cluster), 'filler');
      const { bavail, bsize } = statfsSync(path.dirname(filler));
      try {
        writeFileSync(filler, Buffer.alloc(bavail * bsize + bsize));
      } catch {
        // It is full now.
      }
      await sleep(seconds * 500);
      // Until now there was room in the log; a new file of it is what PostgreSQL cannot live without.
      const ended = await postgres
        .ask(({ sql }) => sql`select pg_switch_wal(), pg_logical_emit_message(true, '', '')`)
        .then(
          () => false,
          () => true,
        );
      await sleep(seconds * 500);
      rmSync(filler, { force: true });
      await postgres.start();
      const filled = `${Math.round((bavail * bsize) / 2 ** 20)} MB filled for ${seconds} s`;
      return ended ? `${filled}; PostgreSQL ended itself for lack of room for its log` : filled;
    },
  },
  {
    name: 'clock-moved',
    what: 'the clock of one server is an hour ahead, of another an hour behind, all the time',
    field: {
      special: (number) =>
        number > 1
          ? {}
          : {
              flags: ['--import', path.join(import.meta.dirname, 'clock-moved.mjs')],
              environment: { MOVE_CLOCK_SECONDS: String(number === 0 ? hour_seconds : -hour_seconds) },
            },
    },
    strike: async (_field, seconds) => {
      await sleep(Math.min(3, seconds) * 1_000);
      return '';
    },
  },
  {
    name: 'standby-promoted',
    what: 'the primary is killed with `kill -9`, its synchronous standby promoted',
    field: { standbys: 1 },
    strike: async (field) => {
      await failOver(field);
      return '';
    },
  },
  {
    name: 'third-stays-standby',
    what: 'the same where a third host is a standby before and after, and hears of nothing any more',
    field: { standbys: 2 },
    strike: async (field) => {
      await failOver(field);
      return '';
    },
  },
  {
    name: 'old-primary-returns',
    what: 'the same, and the old primary comes back under its own address as a standby',
    field: { standbys: 1 },
    strike: async (field) => {
      await field.returnAsStandby(await failOver(field));
      return '';
    },
  },
];

/** One after the other in a single sale: what `npm test` has the time for. */
const medley: Fault = {
  name: 'medley',
  what: 'in one sale: commits cut on both sides, a server killed, PostgreSQL killed',
  strike: async (field, seconds) => {
    const cut = await cutCommits(field, seconds, 'after the commit');
    await cutCommits(field, seconds, 'before the commit');
    await field.kill(0);
    await field.restart(0);
    await field.postgres.kill();
    await sleep(500);
    await field.postgres.start();
    return cut;
  },
};

/** By name; all but the medley are what a run without `--only` does. */
export const everyFault: readonly Fault[] = [...faults, ...moneyFaults, ...cancellingFaults];
export const byName: ReadonlyMap<string, Fault> = new Map([...everyFault, medley].map((fault) => [fault.name, fault]));

function canMount(): boolean {
  return spawnSync('mount', ['--version']).status === 0;
}

function mount(command: 'mount' | 'umount', args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args);
  if (status !== 0) throw new Error(`${command}: ${stderr.toString().trim()}`);
}
