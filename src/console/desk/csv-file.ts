/** Files that are written while they are read: a few at once, so that memory and the database are left to the sale. */
import { Readable } from 'node:stream';
import { OverloadedError } from '../../platform/lane.ts';

export interface CsvFile {
  readonly name: string;
  /** UTF-8. Destroy it if nobody reads it to its end. */
  readonly content: Readable;
}

/** A file of these pieces. Throws `OverloadedError` when a few others are being written. */
export type WriteCsv = (name: string, pieces: () => AsyncIterable<string>) => CsvFile;

const at_once_max = 4;
const retry_after_seconds = 5;

export function createCsvWriter(): WriteCsv {
  let open = 0;
  return (name, pieces) => {
    if (open >= at_once_max) throw new OverloadedError('exports', retry_after_seconds);
    open += 1;
    const content = Readable.from(pieces(), { objectMode: true, highWaterMark: 1 });
    content.once('close', () => {
      open -= 1;
    });
    return { name, content };
  };
}
