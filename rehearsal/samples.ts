/** What is seen of a sale while it runs, twice a second: for the line on the terminal and the charts of the report. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoxOffice, Caller } from './box-office.ts';
import type { createLatencies } from './latencies.ts';
import type { Busy } from './load-watch.ts';
import type { Tally } from './stage.ts';

export interface Sample extends Busy {
  /** Seconds since the opening. */
  readonly at: number;
  readonly waiting: number;
  readonly active: number;
  readonly held: number;
  readonly sold: number;
  readonly total: number;
  /** Calls answered, and of them 5xx or not at all, since the opening. */
  readonly calls: number;
  readonly errors: number;
  readonly queued: number;
}

interface Watching {
  readonly office: BoxOffice;
  readonly operator: Caller;
  readonly concertId: string;
  readonly tally: Tally;
  readonly latencies: ReturnType<typeof createLatencies>;
  readonly busy: () => Busy;
  readonly queued: () => number;
  /** Seconds since the opening. */
  readonly clock: () => number;
  readonly show: (line: string) => void;
}

const sample_ms = 500;

/** Looks until `stop`, and tells each look to `seen`. */
export function watchSale(watching: Watching, seen: (sample: Sample) => void): { stop(): Promise<void> } {
  let previous: Sample | undefined;
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    const { office, operator, concertId } = watching;
    const { json, status } = await office.overview(operator, concertId);
    if (status !== 200) return;
    const sample = sampleOf(watching, json as unknown as Overview);
    seen(sample);
    watching.show(lineOf(sample, previous));
    previous = sample;
  };
  const going = (async () => {
    while (!stopping.signal.aborted) {
      const begun = performance.now();
      await look();
      const wait = Math.max(20, sample_ms - (performance.now() - begun));
      await sleep(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await going;
    },
  };
}

interface Overview {
  readonly waiting: number;
  readonly active: number;
  readonly seats: { readonly total: number; readonly held: number; readonly reserved: number };
}

function sampleOf({ latencies, busy, queued, clock }: Watching, { waiting, active, seats }: Overview): Sample {
  let calls = 0;
  let errors = 0;
  for (const [name, count] of latencies.codes()) {
    calls += count;
    if (/ (5\d\d|no answer|INTERNAL|OVERLOADED)$/.test(name)) errors += count;
  }
  const { held, reserved: sold, total } = seats;
  return { at: clock(), waiting, active, held, sold, total, calls, errors, queued: queued(), ...busy() };
}

function lineOf(sample: Sample, previous: Sample | undefined): string {
  const { at, waiting, active, held, sold, total, calls, errors } = sample;
  const seconds = at - (previous?.at ?? 0);
  const rate = (calls - (previous?.calls ?? 0)) / Math.max(0.1, seconds);
  const share = total === 0 ? 0 : Math.round((100 * sold) / total);
  const numbers = [
    `${at.toFixed(0).padStart(4)} s`,
    `waiting ${whole(waiting)}`,
    `active ${whole(active)}`,
    `held ${whole(held)}`,
    `sold ${whole(sold)} (${share} %)`,
    `${whole(rate)} calls/s`,
    `errors ${whole(errors)}`,
  ];
  return numbers.join('  ');
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
