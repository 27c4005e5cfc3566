/** `npm run rehearse` as a person meets it: a small sale, its verdict, its report; and what it says to wrong options. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { checkHistory } from '../rehearsal/checks/checks.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'maejin-rehearsal-test-'));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function rehearse(...args: string[]): Promise<Ended> {
  const program = path.join(import.meta.dirname, '../rehearsal/run.ts');
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], { cwd: folder }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

const small = ['--seats=60', '--fans=110', '--arrival=1', '--max-active=15', '--think=0.2', '--servers=2'];
const times = [
  '--hold=4',
  '--grace=3',
  '--session=20',
  '--absent=0.15',
  // Enough that some of those who jump the queue are not among the first, who need not.
  '--cheaters=0.25',
  '--accounts=2',
  '--limit=40',
  // Of so few fans enough for every manner of it.
  '--cancelling=0.4',
];

test('a small sale is played to its end, passes, and leaves a report', async () => {
  const report = path.join(folder, 'report');
  const { code, stdout, stderr } = await rehearse(...small, ...times, '--report', report);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /Verdict: PASS/);
  assert.match(stderr, /waiting \d+ +active \d+ +held \d+ +sold \d+/);
  const json = JSON.parse(await readFile(path.join(report, 'report.json'), 'utf8')) as {
    verdict: string;
    seatsSold: number;
    seatsGivenBack: number;
    findings: { name: string; counted: number }[];
    steps: { step: string; p99: number }[];
  };
  assert.equal(json.verdict, 'PASS');
  // Of 60 seats 15 went with the date that was called off. What comes back last may find nobody any more who wants it.
  assert(
    json.seatsSold > 40 && json.seatsSold <= 45,
    `a date was called off, and what came back was sold again: ${json.seatsSold}`,
  );
  assert(json.seatsGivenBack > 0);
  assert.deepEqual(
    json.findings.filter(({ counted }) => counted === 0),
    [],
    'every promise was looked at',
  );
  const page = await readFile(path.join(report, 'report.html'), 'utf8');
  assert(page.includes('<svg') && !/(src|href)=["']?(https?:)?\/\//.test(page), 'the page needs nothing beside it');
  assert(!page.includes('NaN') && !page.includes('undefined'));
  const findings = await checkHistory(path.join(report, 'history.ndjson'));
  assert.deepEqual(
    findings.filter(({ ok }) => !ok),
    [],
    'the history can be checked again',
  );
});

test('a sale whose wallets are filled through the sandbox counts money end to end, whatever goes wrong', async () => {
  const report = path.join(folder, 'money');
  const sale = ['--seats=60', '--fans=70', '--arrival=1', '--max-active=30', '--think=0.1', '--hold=10', '--limit=40'];
  const crowd = ['--absent=0', '--cheaters=0.1', '--accounts=0', '--seed=4', '--money=sandbox', '--cancelling=0.3'];
  const { code, stdout, stderr } = await rehearse(...sale, ...crowd, '--report', report);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  const json = JSON.parse(await readFile(path.join(report, 'report.json'), 'utf8')) as {
    findings: { name: string; counted: number }[];
    fortunes: Record<string, number>;
  };
  const outside = json.findings.filter(({ name }) => /^(I11|I12|I13|What the gateway)/.test(name));
  assert.equal(outside.length, 5);
  assert(
    outside.every(({ counted }) => counted > 0),
    JSON.stringify(outside),
  );
  const refunds = json.findings.filter(({ name }) => /^(I14|Each refund)/.test(name));
  assert(refunds.length === 2 && refunds.every(({ counted }) => counted > 0), JSON.stringify(refunds));
  assert(Object.keys(json.fortunes).length > 8, `met: ${JSON.stringify(json.fortunes)}`);
});

test('wrong options are one line', async () => {
  for (const args of [
    ['--seats=none'],
    ['--url=http://127.0.0.1:1'],
    ['--balance=dice'],
    ['--money=real'],
    ['--report=/proc/0/here'],
  ]) {
    const { code, stderr } = await rehearse(...args);
    assert.equal(code, 1);
    const complaint = stderr.trim().split('\n').at(-1) ?? '';
    assert.match(complaint, /^maejin: /, stderr);
  }
  assert.match((await rehearse('--balance=concert', '--url=http://127.0.0.1:1')).stderr, /--balance is for servers/);
  assert.match((await rehearse('--help')).stdout, /--max-active/);
});
