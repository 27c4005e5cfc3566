/**
 * How late this process is at what is due. To measure it is to be woken, and Node's own monitor wakes a process that has
 * nothing to do a hundred times a second, which costs it more than all else together. So it is measured as often only while
 * the process is busy, by how long it was at work since it last looked; else twice a second.
 */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** In seconds, of what was measured since it was last asked; all zero if nothing was. */
export interface LoopDelay {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export interface LoopWatch {
  /** Somebody who asks now and then. */
  reader(): () => LoopDelay;
}

const busy_every_ms = 20;
const calm_every_ms = 500;
const look_every_ms = 500;
/** Part of the time at work from which on it is busy, and below which it is calm again: to be woken as often is work, too. */
const busy_from_part = 0.02;
const calm_below_part = 0.03;
/** In microseconds, and a histogram knows no zero. */
const least = 1;

/** Begins at once, and keeps no process alive. */
export function watchLoop(): LoopWatch {
  const histograms: RecordableHistogram[] = [];
  let everyMs = busy_every_ms;
  let lookedAt = performance.now();
  let used = performance.eventLoopUtilization();

  const measure = (dueAt: number): void => {
    const now = performance.now();
    const late = Math.max(least, Math.round((now - dueAt) * 1_000));
    for (const histogram of histograms) histogram.record(late);
    if (now - lookedAt >= look_every_ms) {
      const { utilization } = performance.eventLoopUtilization(used);
      const isCalm = utilization < (everyMs === calm_every_ms ? busy_from_part : calm_below_part);
      everyMs = isCalm ? calm_every_ms : busy_every_ms;
      used = performance.eventLoopUtilization();
      lookedAt = now;
    }
    next();
  };
  const next = (): void => {
    const dueAt = performance.now() + everyMs;
    setTimeout(measure, everyMs, dueAt).unref();
  };
  next();
  return {
    reader: () => {
      const histogram = createHistogram();
      histograms.push(histogram);
      return () => {
        const read = readingOf(histogram);
        histogram.reset();
        return read;
      };
    },
  };
}

function seconds(microseconds: number): number {
  return microseconds <= least ? 0 : microseconds / 1e6;
}

function readingOf(histogram: RecordableHistogram): LoopDelay {
  if (histogram.count === 0) return { min: 0, max: 0, mean: 0, stddev: 0, p50: 0, p90: 0, p99: 0 };
  return {
    min: seconds(histogram.min),
    max: seconds(histogram.max),
    mean: seconds(histogram.mean),
    stddev: histogram.stddev / 1e6,
    p50: seconds(histogram.percentile(50)),
    p90: seconds(histogram.percentile(90)),
    p99: seconds(histogram.percentile(99)),
  };
}
