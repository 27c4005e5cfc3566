/**
 * `npm run rehearse`: plays a whole on-sale against a running service, through HTTP alone, and says whether every
 * promise was kept. The exit code is the verdict.
 */
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { openBalancer } from './balancing/balancer.ts';
import { openFolder, openGround, type Server } from './ground.ts';
import { readOptions, usage, type Options } from './options.ts';
import { createProgress } from './progress.ts';
import { openReport, writeReport } from './report.ts';
import { playSale, type Place } from './sale.ts';
import { passed, verdictOf } from './verdict.ts';

async function placeOf(options: Options, open: AsyncDisposableStack): Promise<Place> {
  const { url, operatorEmail: email, operatorPassword: password, identitySecret } = options;
  if (url === undefined) {
    const { secrets, servers, folder, postgresPid, readGateway } = await openGround(open, options);
    return {
      origins: await originsOf(options, servers, open),
      operator: secrets.operator,
      identitySecret: secrets.identity,
      serverPids: servers.flatMap(({ child }) => child.pid ?? []),
      postgresPid,
      folder,
      readGateway,
    };
  }
  if (email === undefined || password === undefined)
    throw new Error('--url needs --operator-email and --operator-password (or ADMIN_EMAIL and ADMIN_PASSWORD)');
  const folder = await openFolder(open);
  return {
    origins: [url],
    operator: { email, password },
    identitySecret,
    serverPids: [],
    postgresPid: undefined,
    folder,
  };
}

/** Where the crowd asks: the servers themselves, or a balancer before them. */
async function originsOf(
  { balance }: Options,
  servers: readonly Pick<Server, 'origin'>[],
  open: AsyncDisposableStack,
): Promise<string[]> {
  const origins = servers.map(({ origin }) => origin);
  if (balance === undefined) return origins;
  const balancer = await openBalancer(balance);
  open.defer(() => balancer.close());
  balancer.serve(origins);
  return [balancer.origin];
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    process.stdout.write(`${usage}\n`);
    return;
  }
  openReport(options.report);
  const progress = createProgress(process.stderr);
  await using open = new AsyncDisposableStack();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      progress.say('Ending …');
      process.exitCode = 130;
      // What was started ends with this process.
      process.exit();
    });
  }
  progress.say(options.url === undefined ? 'Starting PostgreSQL and servers …' : `Rehearsing at ${options.url} …`);
  const place = await placeOf(options, open);
  const results = await playSale(options, place, progress);
  const verdict = verdictOf(options, results);
  await copyFile(results.historyFile, path.join(options.report, 'history.ndjson'));
  const page = await writeReport(options, results, verdict);
  process.stdout.write(`${verdict.text}\n\nThe report: ${page}\n`);
  process.exitCode = passed(verdict) ? 0 : 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`maejin: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
