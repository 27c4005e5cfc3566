/**
 * `npm run faults`: the same crowd while things break, several servers behind a small balancer. After each fault nothing
 * acknowledged is lost, no invariant is broken, and the service is back by itself. The exit code is the verdict.
 */
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readBalance } from './balancing/balancer.ts';
import { byName, everyFault } from './faults/faults.ts';
import { strike, type Struck } from './faults/strike.ts';
import { openFolder } from './ground.ts';
import { openReport } from './report.ts';

const usage = `npm run faults -- [--only server-killed,disk-full] [--fans 300] [--servers 3] [--balance connections|concert] [--seconds 15] [--seed 1] [--report reports/faults]
${[...byName.values()].map(({ name, what }) => `  ${name.padEnd(20)} ${what}`).join('\n')}`;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function rowOf({ fault, findings, note, backAfter, soldAfter, results }: Struck): string {
  const failed = findings.filter(({ ok }) => !ok);
  const answers = [...results.codes];
  const sum = (pattern: RegExp): number =>
    answers.reduce((all, [name, count]) => (pattern.test(name) ? all + count : all), 0);
  const sold = soldAfter === undefined ? '–' : `${soldAfter.toFixed(1)} s`;
  const lines = [
    `${failed.length === 0 ? 'PASS' : 'FAIL'}  ${fault.name}${note === '' ? '' : ` (${note})`}: back after ${backAfter.toFixed(1)} s, next seat sold after ${sold}; ` +
      `${results.calls} calls, ${sum(/ no answer$/)} without an answer, ${sum(/ OVERLOADED$/)} answered 503`,
  ];
  for (const { name, sample } of failed) lines.push(`      ${name}`, ...sample.map((one) => `        ${one}`));
  return lines.join('\n');
}

const isWhole = ({ findings }: Struck): boolean => findings.every(({ ok }) => ok);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      fans: { type: 'string', default: '300' },
      servers: { type: 'string', default: '3' },
      balance: { type: 'string', default: 'connections' },
      seconds: { type: 'string', default: '15' },
      seed: { type: 'string', default: '1' },
      report: { type: 'string', default: 'reports/faults' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return say(usage);
  const only = values.only.split(',').filter((name) => name !== '');
  const chosen = only.length === 0 ? everyFault : only.flatMap((name) => byName.get(name) ?? []);
  if (chosen.length === 0 || chosen.length < only.length) throw new Error(`there is no such fault\n${usage}`);
  const options = {
    fans: Number(values.fans),
    servers: Number(values.servers),
    balance: readBalance(values.balance),
    seconds: Number(values.seconds),
    seed: Number(values.seed),
  };
  openReport(values.report);
  await using open = new AsyncDisposableStack();
  const folder = await openFolder(open);
  const struck: Struck[] = [];
  const skipped: { name: string; why: string }[] = [];
  for (const fault of chosen) {
    const why = fault.impossible?.();
    if (why === undefined) {
      const one = await strike(fault, options, folder);
      struck.push(one);
      say(rowOf(one));
      // A history that a check complains about is worth keeping.
      await copyFile(one.results.historyFile, path.join(values.report, `${fault.name}.ndjson`));
    } else {
      skipped.push({ name: fault.name, why });
      say(`----  ${fault.name}: not possible here, ${why}`);
    }
  }
  const rows = struck.map(({ fault, findings, note, backAfter, soldAfter, results }) => ({
    fault: fault.name,
    what: fault.what,
    note,
    backAfter,
    soldAfter,
    calls: results.calls,
    answers: Object.fromEntries(results.codes),
    findings,
  }));
  const file = path.join(values.report, 'faults.json');
  await writeFile(file, `${JSON.stringify({ options, rows, skipped }, undefined, 1)}\n`);
  const isPass = struck.every(isWhole);
  say(`\n${isPass ? 'PASS' : 'FAIL'}: faults tried: ${struck.length}. As JSON: ${file}`);
  if (!isPass) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`maejin: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
