/** The short form of `npm run faults`: one sale in which commits are cut on both sides, and a server and PostgreSQL are killed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { openWire } from '../rehearsal/faults/wire.ts';
import { eventually } from './harness/eventually.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'maejin-faults-test-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a crowd goes on while things break, and nothing acknowledged is lost', async () => {
  const program = path.join(import.meta.dirname, '../rehearsal/faults.ts');
  const args = [
    '--only=medley',
    '--fans=50',
    '--servers=2',
    '--balance=concert',
    '--seconds=1.5',
    `--report=${folder}`,
  ];
  const { code, output } = await new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = execFile(process.execPath, [program, ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: `${stdout}${stderr}` }),
    );
  });
  assert.equal(code, 0, output);
  const { rows } = JSON.parse(await readFile(path.join(folder, 'faults.json'), 'utf8')) as {
    rows: { note: string; answers: Record<string, number>; findings: { ok: boolean }[] }[];
  };
  assert(rows.length === 1 && rows[0]?.findings.every(({ ok }) => ok), output);
  const lost = Object.entries(rows[0]?.answers ?? {}).filter(([name]) => /no answer|OVERLOADED/.test(name));
  assert(lost.length > 0, 'something was broken with requests under way');
});

test('a wire that was slow and is fast again keeps the order of what it carries', async () => {
  await using open = new AsyncDisposableStack();
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  open.defer(() => void echo.close());
  await once(echo, 'listening');
  const wire = await openWire((echo.address() as AddressInfo).port);
  open.defer(() => wire.close());
  const client = connect(wire.port, '127.0.0.1').setNoDelay(true).setEncoding('utf8');
  open.defer(() => void client.destroy());
  let heard = '';
  client.on('data', (text: string) => {
    heard += text;
  });
  for (let said = 2; said <= 20; said += 2) {
    wire.delayMs = 20;
    client.write('a');
    // By then the wire has it.
    await turn(); // oxlint-disable-line no-await-in-loop
    await turn(); // oxlint-disable-line no-await-in-loop
    wire.delayMs = 0;
    client.write('b');
    // oxlint-disable-next-line no-await-in-loop
    await eventually(() => assert.equal(heard, 'ab'.repeat(said / 2)));
  }
});
