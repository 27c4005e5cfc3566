/** From figures to the document: text between its marks, and charts beside it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rewritten } from './document.ts';
import { part_names, type PartName } from './options.ts';
import type { FiguresOf, Results } from './results.ts';
import { showBeside } from './shown/beside.ts';
import { showBodies } from './shown/bodies.ts';
import { showBookings } from './shown/bookings.ts';
import { showCallingOff } from './shown/calling-off.ts';
import { showCalm } from './shown/calm.ts';
import { showCancellation } from './shown/cancellation.ts';
import { showCore } from './shown/core.ts';
import { showDoor } from './shown/door.ts';
import { showFunding } from './shown/funding.ts';
import { showGrowth } from './shown/growth.ts';
import { showPages } from './shown/pages.ts';
import { showRecovery } from './shown/recovery.ts';
import { showRooms } from './shown/rooms.ts';
import { showServers } from './shown/servers.ts';
import { metOf, table, type Shown } from './shown/shown.ts';
import { showStreams } from './shown/streams.ts';

const shows: { readonly [N in PartName]: (figures: FiguresOf[N]) => Shown } = {
  core: showCore,
  beside: showBeside,
  rooms: showRooms,
  growth: showGrowth,
  streams: showStreams,
  processes: showServers,
  calm: showCalm,
  bookings: showBookings,
  funding: showFunding,
  cancellation: showCancellation,
  'calling-off': showCallingOff,
  recovery: showRecovery,
  pages: showPages,
  door: showDoor,
  bodies: showBodies,
};

/** In which document of `docs/` a part stands; those that are not named stand with the goals. */
const goals_document = 'performance.md';
const documents_of: Partial<Record<PartName, string>> = { door: 'reliability.md', bodies: 'reliability.md' };

/** The file, in the folder of documents, that shows this part. */
export function documentOf(name: PartName | 'goals'): string {
  return (name === 'goals' ? undefined : documents_of[name]) ?? goals_document;
}

/** What there is to show of a part; undefined if it was never measured. */
export function shownOf(results: Results, name: PartName): Shown | undefined {
  const kept = results[name];
  if (kept === undefined) return undefined;
  const shown = (shows[name] as (figures: unknown) => Shown)(kept.figures);
  const when = `${kept.when.slice(0, 16).replace('T', ' ')} UTC`;
  const where = `${kept.ranOn} Load average before: ${kept.loadAverage.toFixed(1)}. ${when}, ${Math.round(kept.tookSeconds)} s.`;
  return { ...shown, markdown: `*${where}*\n\n${shown.markdown}` };
}

/** All goals of all parts, in one table. */
export function goalsOf(results: Results): string {
  const goals = part_names.flatMap((name) => shownOf(results, name)?.goals ?? []);
  const rows = goals.map(({ what, goal, measured, met }) => [what, goal, measured, metOf(met)]);
  return table(['what', 'goal', 'measured', ''], rows);
}

export interface Places {
  /** The folder of the documents with the marks; undefined leaves them alone. */
  readonly documents: string | undefined;
  /** Where charts go. */
  readonly charts: string;
}

/** Writes what is known; parts that were never measured stay as they are. */
export async function show(results: Results, { documents, charts }: Places): Promise<void> {
  await mkdir(charts, { recursive: true });
  for (const name of part_names) {
    const shown = shownOf(results, name);
    if (shown === undefined) continue;
    for (const [chart, svg] of Object.entries(shown.charts)) await writeFile(path.join(charts, `${chart}.svg`), svg);
    if (documents !== undefined) await rewrite(path.join(documents, documentOf(name)), name, shown.markdown);
  }
  if (documents !== undefined) await rewrite(path.join(documents, documentOf('goals')), 'goals', goalsOf(results));
}

async function rewrite(document: string, name: string, content: string): Promise<void> {
  await writeFile(document, rewritten(await readFile(document, 'utf8'), name, content));
}
