/** What was measured, part by part, each with when and on what; kept in a file, so that a part can be measured again alone. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PartName } from './options.ts';
import type { Beside } from './parts/beside.ts';
import type { Bodies } from './parts/bodies.ts';
import type { Bookings } from './parts/bookings.ts';
import type { CallingOff } from './parts/calling-off.ts';
import type { Calm } from './parts/calm.ts';
import type { Cancellation } from './parts/cancellation.ts';
import type { Core } from './parts/core.ts';
import type { Door } from './parts/door.ts';
import type { Funding } from './parts/funding.ts';
import type { Growth } from './parts/growth.ts';
import type { Pages } from './parts/pages.ts';
import type { Recovery } from './parts/recovery.ts';
import type { Rooms } from './parts/rooms.ts';
import type { Servers } from './parts/servers.ts';
import type { Streams } from './parts/streams.ts';

export interface FiguresOf extends Record<PartName, unknown> {
  core: Core;
  beside: Beside;
  rooms: Rooms;
  growth: Growth;
  streams: Streams;
  processes: Servers;
  calm: Calm;
  bookings: Bookings;
  funding: Funding;
  cancellation: Cancellation;
  'calling-off': CallingOff;
  recovery: Recovery;
  pages: Pages;
  door: Door;
  bodies: Bodies;
}

export interface Kept<T> {
  /** The day, and the time in UTC. */
  readonly when: string;
  readonly ranOn: string;
  /** Of the machine, before it began. */
  readonly loadAverage: number;
  readonly tookSeconds: number;
  readonly figures: T;
}

export type Results = { readonly [N in PartName]?: Kept<FiguresOf[N]> };

interface File {
  readonly parts: Results;
}

/** Nothing, if there is no such file or it is of another kind. */
export async function readResults(file: string): Promise<Results> {
  try {
    const { parts } = JSON.parse(await readFile(file, 'utf8')) as Partial<File>;
    return parts ?? {};
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Adds what was measured to what is there. */
export async function keepResults(file: string, measured: Results): Promise<Results> {
  const parts: Results = { ...(await readResults(file)), ...measured };
  const text = `${JSON.stringify({ parts } satisfies File, undefined, 2)}\n`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
  // As the file has it: what is drawn now is what is drawn from the file later.
  return (JSON.parse(text) as File).parts;
}
