/** The walk in the README, run word for word: what a reader pastes must work, and must need nothing but curl. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { openHouse, type House } from './harness/house.ts';
import type { Server } from './harness/server.ts';

const readme = path.join(import.meta.dirname, '../README.md');
/** All that the walk may use; the rest is the shell's own. */
const tools = ['curl', 'sed', 'grep', 'node'];
const walk_ms_max = 60_000;

let house: House;
let server: Server;
let folder: string;
before(async () => {
  house = await openHouse();
  // As `npm start` leaves it: with the demo, and with its limits.
  server = await house.start({ DEMO: 'true', RATE_LIMIT: 'on' });
  folder = await mkdtemp(path.join(tmpdir(), 'maejin-walk-'));
  for (const tool of tools) await symlink(find(tool), path.join(folder, tool));
});
after(async () => {
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

/** Where a program is on this machine. Fails if it is not: nothing here is skipped. */
function find(program: string): string {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = folders.map((folder) => path.join(folder, program)).find(isExecutable);
  assert(found !== undefined, `${program} is not on this machine, and the walk in the README needs it`);
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first block of shell under the heading. */
function walkIn(markdown: string): string {
  const [, section] = markdown.split(/^## A walk in eight steps$/m);
  const script = /^```sh\n([\s\S]*?)^```$/m.exec(section?.split(/^## /m)[0] ?? '')?.[1];
  assert(script !== undefined, 'README.md has a walk in eight steps');
  return script;
}

async function run(script: string): Promise<{ code: number | null; said: string; complaints: string }> {
  const shell = spawn(find('bash'), ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { PATH: folder, MAEJIN: server.origin },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: walk_ms_max,
  });
  const outputs = [shell.stdout, shell.stderr].map((stream) => Array.fromAsync(stream.setEncoding('utf8')));
  const ended = new Promise<number | null>((resolve) => shell.once('close', resolve));
  const [said = [], complaints = []] = await Promise.all(outputs);
  return { code: await ended, said: said.join(''), complaints: complaints.join('') };
}

/** Members of the answers that the walk prints, each where it belongs. */
interface Told {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly balance: number;
  readonly reservationId: string;
  readonly expiredBecause: string;
}

test('the walk in the README goes through all eight use cases and ends with a seat', async () => {
  const script = walkIn(await readFile(readme, 'utf8'));
  for (let step = 1; step <= 8; step++) assert.match(script, new RegExp(`^# ${step} · `, 'm'), `step ${step}`);
  const { code, said, complaints } = await run(script);
  assert.deepEqual([code, complaints], [0, ''], said);

  const answers = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);
  assert.equal(answers.length, 6, said);
  const [standing, held, charged, wallet, paid, end] = answers as [Told, Told, Told, Told, Told, Told];
  assert.equal(standing.status, 'ACTIVE');
  assert.equal(held.status, 'HELD');
  assert.equal(charged.balance, wallet.balance);
  assert.equal(paid.reservationId, held.id);
  assert.equal(paid.balance, wallet.balance - held.amount);
  assert.deepEqual([end.status, end.expiredBecause], ['EXPIRED', 'PAID']);
  const [sold] = await house.sql`select count(*)::int as seats from seats where sold`;
  assert.equal(sold?.['seats'], 1);
});

test('twin: a walk with a step that fails is not taken for a walk', async () => {
  assert.throws(() => walkIn('## A walk in eight steps\n\nSoon.\n\n## Next\n\n```sh\ntrue\n```\n'));
  const { code } = await run('curl -sSf "$MAEJIN/api/v1/wallet" | sed -n 1p; echo "{}"');
  assert.notEqual(code, 0);
  const { complaints } = await run('jq . || true');
  assert.match(complaints, /jq/);
});
