/** The last hour as one row of numbers per series; what is new is joined to what is known. */
import { ask, type Reply } from '../../client/client.ts';

type Answer = Reply<'getHistory'>;
export type Values = readonly (number | null)[];

export interface History {
  /** Seconds since 1970 of each step. */
  readonly times: readonly number[];
  readonly stepSeconds: number;
  readonly series: Readonly<Record<string, Values>>;
  /** Codes of refusals, the most frequent first. */
  readonly codes: readonly string[];
}

const minutes_all = 60;
const minutes_new = 2;

/** Everything at first, then only the newest minutes, unless too much was missed meanwhile. */
export function createHistory(concertId: string): (signal: AbortSignal) => Promise<History> {
  let known: History | undefined;
  const read = async (minutes: number, signal: AbortSignal): Promise<History> =>
    historyOf(await ask('getHistory', { params: { concertId }, query: { minutes }, signal }));
  return async (signal) => {
    if (known === undefined) known = await read(minutes_all, signal);
    else {
      const fresh = await read(minutes_new, signal);
      const end = known.times.at(-1) ?? 0;
      known = (fresh.times[0] ?? Infinity) <= end ? joined(known, fresh) : await read(minutes_all, signal);
    }
    return known;
  };
}

function historyOf({ from, steps, stepSeconds, line, seats, revenue, service, refusals }: Answer): History {
  const start = Date.parse(from) / 1_000;
  const { paused, ...counts } = line;
  const perSecond = (values: Values): Values => values.map((value) => (value === null ? null : value / stepSeconds));
  const perMinute = (values: Values): Values =>
    values.map((value) => (value === null ? null : (value * 60) / stepSeconds));
  const byCode = Object.entries(refusals).map(([code, values]) => [`refused ${code}`, perMinute(values)] as const);
  return sorted({
    times: Array.from({ length: steps }, (_none, step) => start + step * stepSeconds),
    stepSeconds,
    series: {
      ...counts,
      paused: paused.map((value) => (value === null ? null : Number(value))),
      ...seats,
      taken: seats.reserved.map((value, step) => (value === null ? null : value + (seats.held[step] ?? 0))),
      revenue,
      ...service,
      requests: perSecond(service.requests),
      errors: perSecond(service.errors),
      ...Object.fromEntries(byCode),
    },
  });
}

/** Its last minutes. */
export function lastMinutes(history: History, minutes: number): History {
  const kept = (minutes * 60) / history.stepSeconds;
  const series = Object.entries(history.series).map(([name, values]) => [name, values.slice(-kept)] as const);
  return sorted({ ...history, times: history.times.slice(-kept), series: Object.fromEntries(series) });
}

/** `fresh` overlaps the end of `known`, or follows it; the length stays. */
function joined(known: History, fresh: History): History {
  const { stepSeconds } = known;
  const end = fresh.times.at(-1) ?? 0;
  const length = known.times.length;
  const times = known.times.map((_time, step) => end - (length - 1 - step) * stepSeconds);
  const knownFrom = known.times[0] ?? 0;
  const freshFrom = fresh.times[0] ?? 0;
  const names = new Set([...Object.keys(known.series), ...Object.keys(fresh.series)]);
  const series: Record<string, Values> = {};
  for (const name of names) {
    const [before, after] = [known.series[name], fresh.series[name]];
    series[name] = times.map((time) =>
      time >= freshFrom
        ? (after?.[(time - freshFrom) / stepSeconds] ?? (after === undefined ? 0 : null))
        : (before?.[(time - knownFrom) / stepSeconds] ?? (before === undefined ? 0 : null)),
    );
  }
  return sorted({ times, stepSeconds, series });
}

const sum = (values: Values): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);

function sorted(history: Omit<History, 'codes'>): History {
  const codes = Object.entries(history.series)
    .filter(([name]) => name.startsWith('refused '))
    .map(([name, values]) => ({ code: name.slice('refused '.length), total: sum(values) }))
    .filter(({ total }) => total > 0)
    .toSorted((a, b) => b.total - a.total);
  return { ...history, codes: codes.map(({ code }) => code) };
}
