/** A room's news as it travels between servers: packed, and cut into parts that fit a notification. */
import { payload_bytes_max } from '../platform/feed.ts';
import { numberOf, pauseOf, type Change, type EndReason, type News, type Pause, type Settings } from './board.ts';

/** As it travels: in parts that fit a notification each, counted from 0. */
export type NewsPart = readonly [
  concertId: string,
  version: number,
  head: number,
  front: number,
  lastNumber: number,
  part: number,
  parts: number,
  changes: readonly PackedChange[],
  settings: PackedSettings | null,
  /** Servers of before say nothing of it, and lines of theirs are never at rest. */
  isAtRest: boolean | null,
];
/** Each text once: with two of the longest, of the dearest characters, they fill most of a notification. */
type PackedSettings = Readonly<Pick<Settings, Exclude<keyof Settings, keyof Pause>>> & {
  readonly paused: { readonly reason: string; readonly ko: string | null } | null;
};
type PackedChange =
  | readonly [kind: 0 | 3, entry: number, expiresAt: number, mark: number]
  | readonly [kind: 1 | 2 | 4, entry: number, detail: number];

const changes_per_part = Math.floor((payload_bytes_max - 250) / 40);
const end_reasons = ['PAID', 'SESSION_ENDED', 'LEFT', 'ABSENT'] as const satisfies readonly EndReason[];

/** News in parts that fit a notification each. */
export function partsOf({ changes, settings, isAtRest, ...room }: News): NewsPart[] {
  const { concertId, version, head, front, lastNumber } = room;
  const parts: [PackedChange[], NewsPart[8]][] = [];
  for (let from = 0; from < changes.length; from += changes_per_part)
    parts.push([changes.slice(from, from + changes_per_part).map(pack), null]);
  // With the reasons of a pause they may fill a notification, so they travel in one of their own.
  if (settings !== undefined) parts.push([[], packSettings(settings)]);
  else if (parts.length === 0) parts.push([[], null]);
  const count = parts.length;
  return parts.map(([some, changed], part) => [
    concertId,
    version,
    head,
    front,
    lastNumber,
    part,
    count,
    some,
    changed,
    isAtRest ?? null,
  ]);
}

/** Sessions that end later than they did: entry, and the end in milliseconds. */
export type Extension = readonly [entry: number, expiresAt: number];
/** As these travel. They change no version: whoever misses them reads the ends again. */
export type ExtendedPart = readonly [concertId: string, sessions: readonly Extension[]];

/** Shows them on a board, if there is one. */
export type Extend = (concertId: string, sessions: readonly Extension[]) => void;

const sessions_per_part = 200;

export function extendedPartsOf(concertId: string, sessions: readonly Extension[]): ExtendedPart[] {
  const parts: ExtendedPart[] = [];
  for (let from = 0; from < sessions.length; from += sessions_per_part)
    parts.push([concertId, sessions.slice(from, from + sessions_per_part)]);
  return parts;
}

function packSettings({ paused, pauseReasons, ...settings }: Settings): PackedSettings {
  if (paused === null || pauseReasons === null) return { ...settings, paused: null };
  const { reason } = paused;
  return { ...settings, paused: { reason, ko: pauseReasons.ko === reason ? null : pauseReasons.ko } };
}

function unpackSettings({ paused, ...settings }: PackedSettings): Settings {
  // Servers of before send no text of its own for readers of Korean.
  return { ...settings, ...pauseOf(paused?.reason ?? null, paused?.ko ?? null) };
}

function pack(change: Change): PackedChange {
  if (change[0] === 'admitted') return [change[4] ? 3 : 0, change[1], change[3], change[5]];
  if (change[0] === 'passed over') return [1, change[1], 0];
  if (change[0] === 'tokens voided') return [4, change[1], change[3]];
  return [2, change[1], end_reasons.indexOf(change[3])];
}

function unpack(packed: PackedChange): Change {
  const [kind, entry, detail] = packed;
  const number = numberOf(entry);
  if (kind === 0 || kind === 3) return ['admitted', entry, number, detail, kind === 3, packed[3]];
  if (kind === 1) return ['passed over', entry, number];
  if (kind === 4) return ['tokens voided', entry, number, detail];
  return ['ended', entry, number, end_reasons[detail] ?? 'SESSION_ENDED'];
}

/**
 * Puts news that came in several messages together; those of one change leave together, so they arrive without others between. News whose
 * beginning was missed is left out: the versions show that it is wanting.
 */
export function createArrivals(deliver: (news: News) => void) {
  const arriving = new Map<string, { version: number; next: number; changes: Change[] }>();
  return ([concertId, version, head, front, lastNumber, part, parts, packed, settings, isAtRest]: NewsPart): void => {
    const known = part === 0 ? { version, next: 0, changes: [] } : arriving.get(concertId);
    arriving.delete(concertId);
    if (known?.version !== version || known.next !== part) return;
    for (const change of packed) known.changes.push(unpack(change));
    if (part === parts - 1) {
      const changed = settings === null ? undefined : unpackSettings(settings);
      const { changes } = known;
      const rest = typeof isAtRest === 'boolean' ? { isAtRest } : {};
      deliver({ concertId, version, head, front, lastNumber, changes, settings: changed, ...rest });
      return;
    }
    known.next += 1;
    arriving.set(concertId, known);
  };
}
