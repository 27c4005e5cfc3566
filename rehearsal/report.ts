/** stub */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Options } from './options.ts';
import type { SaleResults } from './sale.ts';
import type { Verdict } from './verdict.ts';
export async function writeReport({ report }: Options, results: SaleResults, verdict: Verdict): Promise<string> {
  await mkdir(report, { recursive: true });
  const file = path.join(report, 'report.json');
  await writeFile(file, JSON.stringify({ ...results, verdict }));
  return file;
}
