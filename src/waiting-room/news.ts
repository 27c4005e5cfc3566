/** A room's news as it travels between servers: packed, and cut into parts that fit a notification. */
import { payload_bytes_max } from '../platform/feed.ts';
import { numberOf, type Change, type EndReason, type News, type Settings } from './board.ts';

/** News as it travels: in parts that fit a notification, of which only the last is complete. */
export type NewsPart = readonly [
  concertId: string,
  version: number,
  head: number,
  front: number,
  lastNumber: number,
  more: 0 | 1,
  changes: readonly PackedChange[],
  settings: Readonly<Pick<Settings, keyof Settings>> | null,
];
type PackedChange = readonly [kind: 0 | 1 | 2 | 3, entry: number, detail: number];

const changes_per_part = Math.floor((payload_bytes_max - 200) / 40);
const end_reasons = ['PAID', 'SESSION_ENDED', 'LEFT', 'ABSENT'] as const satisfies readonly EndReason[];

/** News in parts that fit a notification each. */
export function partsOf({ concertId, version, head, front, lastNumber, changes, settings }: News): NewsPart[] {
  const parts: NewsPart[] = [];
  const last = settings === undefined ? changes.length - changes_per_part : Infinity;
  for (let from = 0; from === 0 || from < changes.length; from += changes_per_part) {
    const some = changes.slice(from, from + changes_per_part).map(pack);
    parts.push([concertId, version, head, front, lastNumber, from < last ? 1 : 0, some, null]);
  }
  // With the reason of a pause they may fill half a notification, so they travel in one of their own.
  if (settings !== undefined) parts.push([concertId, version, head, front, lastNumber, 0, [], { ...settings }]);
  return parts;
}

function pack(change: Change): PackedChange {
  if (change[0] === 'admitted') return [change[4] ? 3 : 0, change[1], change[3]];
  if (change[0] === 'passed over') return [1, change[1], 0];
  return [2, change[1], end_reasons.indexOf(change[3])];
}

export function unpack([kind, entry, detail]: PackedChange): Change {
  const number = numberOf(entry);
  if (kind === 0 || kind === 3) return ['admitted', entry, number, detail, kind === 3];
  if (kind === 1) return ['passed over', entry, number];
  return ['ended', entry, number, end_reasons[detail] ?? 'SESSION_ENDED'];
}
