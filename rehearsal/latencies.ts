/** Latencies by step, in buckets: what a hundred thousand fans cost is a few kilobytes. */
import type { Op } from './history.ts';

export interface StepFigures {
  readonly step: Op;
  readonly answers: number;
  readonly lost: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Each bucket is 5 % wider than the one before, from a tenth of a millisecond up. */
const growth = 1.05;
const first_ms = 0.1;
const buckets = 300;

export function createLatencies() {
  const steps = new Map<Op, { counts: Uint32Array; answers: number; lost: number; max: number }>();
  const codes = new Map<string, number>();
  return {
    note: (op: Op, ms: number, status: number, code: string): void => {
      let step = steps.get(op);
      if (step === undefined) {
        step = { counts: new Uint32Array(buckets), answers: 0, lost: 0, max: 0 };
        steps.set(op, step);
      }
      const name = `${op} ${code === '' ? (status === 0 ? 'no answer' : status) : code}`;
      codes.set(name, (codes.get(name) ?? 0) + 1);
      if (status === 0) {
        step.lost++;
        return;
      }
      step.answers++;
      step.max = Math.max(step.max, ms);
      const bucket = Math.min(buckets - 1, Math.max(0, Math.ceil(Math.log(ms / first_ms) / Math.log(growth))));
      step.counts[bucket] = (step.counts[bucket] ?? 0) + 1;
    },
    /** How often each answer came: `hold SEAT_UNAVAILABLE`. */
    codes: () => new Map([...codes].toSorted(([a], [b]) => a.localeCompare(b))),
    figures: (): StepFigures[] =>
      [...steps].map(([step, { counts, answers, lost, max }]) => ({
        step,
        answers,
        lost,
        p50: quantile(counts, answers * 0.5),
        p90: quantile(counts, answers * 0.9),
        p99: Math.min(max, quantile(counts, answers * 0.99)),
        max,
      })),
  };
}

function quantile(counts: Uint32Array, rank: number): number {
  let sum = 0;
  for (const [bucket, count] of counts.entries()) {
    sum += count;
    if (sum >= rank && sum > 0) return first_ms * growth ** bucket;
  }
  return 0;
}
