/** The pages as web/build.ts left them: documents with marks for what depends on the reader. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Language } from '../platform/language.ts';
import { escaped } from './frame.ts';

/** Documents of the build, by their names there. */
export const documents = ['fan', 'wait', 'console'] as const;
export type DocumentName = (typeof documents)[number];

export interface Filling {
  readonly language: Language;
  /** Empty: as the reader's device has it. */
  readonly theme: 'light' | 'dark' | '';
  readonly title: string;
  readonly description: string;
  /** Markup, of what `head.ts` makes. */
  readonly head: string;
  /** Markup. */
  readonly body: string;
}

export interface BuiltPages {
  /** Where the built files lie. */
  readonly folder: string;
  render(name: DocumentName, filling: Filling): string;
}

/** The address of the styles that bring the font. Rejects when the pages were not built. */
export function readFont(folder: string): Promise<string> {
  return readFile(path.join(folder, 'font'), 'utf8');
}

/** Undefined when the pages were not built: `npm start` and `npm test` do that. */
export async function readBuiltPages(folder: string): Promise<BuiltPages | undefined> {
  try {
    const font = await readFont(folder);
    const texts = await Promise.all(documents.map((name) => readFile(path.join(folder, `${name}.html`), 'utf8')));
    const pages = new Map(documents.map((name, index) => [name, (texts[index] ?? '').replaceAll('{{font}}', font)]));
    return { folder, render: (name, filling) => fill(pages.get(name) ?? '', filling) };
  } catch {
    return undefined;
  }
}

function fill(text: string, { language, theme, title, description, head, body }: Filling): string {
  const values: Readonly<Record<string, string>> = {
    lang: language,
    theme,
    title: escaped(title),
    description: escaped(description),
    head,
    body,
  };
  return text.replaceAll(
    /\{\{(\w+)\}\}|<!--(head)-->/g,
    (_mark, name: string | undefined, place: string | undefined) => values[name ?? place ?? ''] ?? '',
  );
}
