/**
 * `npm run gateway-check`: one set of checks of what a gateway must do, against whichever has test keys in the environment
 * (Toss Payments, Stripe, or both), or against the sandbox if none has. The exit code is the verdict.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { readGateways } from '../src/config.ts';
import { openSandbox } from '../src/gateway/gateway.ts';
import { connect } from '../src/platform/database.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { migrate } from '../src/platform/migrations.ts';
import { type Finding, type Subject, checkGateway } from './gateways/contract.ts';
import { liveKeyIn } from './gateways/live-keys.ts';
import { stripeSubject } from './gateways/stripe.ts';
import { sandboxSubject, tossSubject } from './gateways/toss.ts';
import { newSecrets, openFolder } from './ground.ts';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The sandbox on a PostgreSQL of its own, gone afterwards. */
async function ownSandbox(open: AsyncDisposableStack): Promise<Subject> {
  const dataDir = path.join(await openFolder(open), 'database');
  mkdirSync(dataDir, { mode: 0o755 });
  const postgres = await startEmbeddedPostgres({ dataDir });
  open.defer(() => postgres.stop());
  const database = connect(postgres.url, { poolMax: 8, applicationName: 'maejin-gateway-check' });
  open.defer(() => database.close());
  await migrate(database, path.join(import.meta.dirname, '../db/migrations'));
  const sandbox = await openSandbox({
    database,
    secret: newSecrets().auth,
    publicUrl: 'https://box.example',
    // Nobody listens there: notices are left out of what is checked here.
    webhook: 'http://127.0.0.1:9/webhooks/sandbox',
  });
  open.defer(() => sandbox.close());
  return sandboxSubject(sandbox);
}

async function subjects(open: AsyncDisposableStack): Promise<readonly (readonly [name: string, subject: Subject])[]> {
  const { toss, stripe } = readGateways();
  const live = liveKeyIn({ toss, stripe });
  if (live !== undefined) throw new Error(`${live} is a live key: this moves money, so it is for test keys alone`);
  const real = [
    ...(toss === undefined ? [] : [[`Toss Payments at ${toss.api}`, tossSubject(toss)] as const]),
    ...(stripe === undefined ? [] : [[`Stripe at ${stripe.api}`, stripeSubject(stripe)] as const]),
  ];
  if (real.length > 0) return real;
  return [['the sandbox, for there are no keys of Toss (TOSS_…) or Stripe (STRIPE_…)', await ownSandbox(open)]];
}

function lineOf({ name, result, note }: Finding): string {
  return `${result.padEnd(8)} ${name}${note === '' ? '' : `: ${note}`}`;
}

const unverified = `Not checked by any of this: payments in the gateway's own window, notices as it sends them, disputes, deposits that
are made and undone, settlement and fees, live keys. What the sandbox does was written after Toss's public documents; it
shows that Maejin keeps its own rules, and nothing about Toss. docs/money.md says what to try by hand before going live.`;

async function main(): Promise<void> {
  await using open = new AsyncDisposableStack();
  const all: Finding[] = [];
  for (const [name, subject] of await subjects(open)) {
    say(`\n${name}`);
    all.push(...(await checkGateway(subject, (finding) => say(lineOf(finding)))));
  }
  const count = (result: Finding['result']): number => all.filter((one) => one.result === result).length;
  say(`\n${count('PASS')} hold, ${count('FAIL')} FAIL, ${count('NOT RUN')} could not be run.\n\n${unverified}`);
  process.exitCode = count('FAIL') === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`maejin: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
