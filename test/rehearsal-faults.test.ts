/** The short form of `npm run faults`: one sale in which commits are cut on both sides, and a server and PostgreSQL are killed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'maejin-faults-test-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a crowd goes on while things break, and nothing acknowledged is lost', async () => {
  const program = path.join(import.meta.dirname, '../rehearsal/faults.ts');
  const args = ['--only=medley', '--fans=50', '--servers=2', '--seconds=1.5', `--report=${folder}`];
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
