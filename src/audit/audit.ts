/**
 * The invariants of the whole service as queries on the live database: all in one snapshot, so that what is found
 * was there at one instant. Each check selects what breaks its rule; nothing found means that the rule holds.
 */
import type { Database, Tx } from '../platform/database.ts';
import { cancellationChecks } from './cancellation-checks.ts';
import { dateChecks } from './date-checks.ts';
import { fundingChecks } from './funding-checks.ts';
import { keyChecks } from './key-checks.ts';
import { lineChecks } from './line-checks.ts';
import { moneyChecks } from './money-checks.ts';
import { seatChecks } from './seat-checks.ts';

export interface CheckResult {
  /** The invariant's number in the design, and the rule in words. */
  readonly name: string;
  readonly ok: boolean;
  readonly violations: number;
  /** The first few of what breaks the rule. */
  readonly sample: unknown[];
}

export interface AuditReport {
  readonly ok: boolean;
  /** The instant of the snapshot, ISO 8601, UTC. */
  readonly at: string;
  readonly milliseconds: number;
  readonly checks: CheckResult[];
}

export interface Audit {
  /** Reads everything; callers who ask while one audit runs share its report. */
  run(): Promise<AuditReport>;
}

const all = [
  ...lineChecks,
  ...seatChecks,
  ...moneyChecks,
  ...cancellationChecks,
  ...dateChecks,
  ...fundingChecks,
  ...keyChecks,
];
const sample_rows = 5;
/** On millions of rows one check takes seconds, and an audit must not be cut off in the middle. */
const statement_minutes_max = 10;

export function createAudit({ database }: { database: Database }): Audit {
  let running: Promise<AuditReport> | undefined;
  return {
    run: () => {
      running ??= database.transaction(inspect).finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

async function inspect(tx: Tx): Promise<AuditReport> {
  await tx`set transaction isolation level repeatable read, read only`;
  // Joins by hash or merge take time in proportion to the rows; a nested loop chosen on an outdated estimate does not.
  await tx`
    select set_config('statement_timeout', ${`${statement_minutes_max}min`}, true), set_config('work_mem', '64MB', true),
      set_config('enable_nestloop', 'off', true), set_config('enable_seqscan', 'on', true)`;
  // Not `now()`, which is older than the snapshot: a hold that ran out in between may have been taken over in what we
  // see. As text, since a Date forgets the microseconds.
  const [{ at }] = await tx<[{ at: string }]>`select clock_timestamp()::text as at`;
  const checks: CheckResult[] = [];
  for (const { name, breaches } of all) {
    const [found] = await tx<[{ violations: number; sample: unknown[] }]>`
      with breach as materialized (${breaches(tx, at)})
      select (select count(*)::integer from breach) as violations,
        (select coalesce(jsonb_agg(to_jsonb(found)), '[]') from (select * from breach limit ${sample_rows}) as found) as sample`;
    checks.push({ name, ok: found.violations === 0, ...found });
  }
  const [took] = await tx<[{ since: Date; milliseconds: number }]>`
    select ${at}::timestamptz as since, (extract(epoch from clock_timestamp() - ${at}::timestamptz) * 1000)::integer as milliseconds`;
  const { since, milliseconds } = took;
  return { ok: checks.every((check) => check.ok), at: since.toISOString(), milliseconds, checks };
}
