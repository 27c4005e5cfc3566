/**
 * Draws the pictures of shared links and keeps them. A drawing takes some 25 ms of a processor, in the thread pool: one
 * at a time, a few waiting, and each once for as long as it is among the last that were asked for.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Renderer } from '@takumi-rs/core';
import { picture, pictureOf, type PictureTexts } from '../pages/picture.ts';
import { createFewAtOnce } from '../platform/few-at-once.ts';

export interface Picture {
  /** 1,200 × 630. */
  readonly png: Buffer;
  readonly etag: string;
}

export interface Pictures {
  /** Rejects with `OverloadedError` when too many wait. */
  of(texts: PictureTexts): Promise<Picture>;
}

/** Some 20 KB each. */
const kept_max = 300;
const waiting_max = 40;
/** Of decoded images in the renderer: the seal is all there is. */
const cache_bytes_max = 1_048_576;
const seal_name = 'seal';
/** Of a concert of which neither title nor artist can be drawn: whose link it is. */
const nameless = '매진 Maejin';

/** `folder` is where web/build.ts left the font. Nothing is loaded before the first picture. */
export function createPictures(folder: string): Pictures {
  const kept = new Map<string, Promise<Picture>>();
  const few = createFewAtOnce({ name: 'pictures', atOnce: 1, waitingMax: waiting_max });
  let loaded: ReturnType<typeof load> | undefined;

  const draw = async (texts: PictureTexts): Promise<Picture> => {
    loaded ??= load(folder);
    const { renderer, seal, drawable } = await loaded.catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    const { over, title, second, when, where } = texts;
    const shown = {
      over: drawable(over),
      title: drawable(title),
      second: drawable(second),
      when: drawable(when),
      where: drawable(where),
    };
    const images = [{ src: seal_name, data: seal }];
    const png = await renderer.render(pictureOf(titled(shown), seal_name), { ...picture, format: 'png', images });
    return { png, etag: `"${createHash('sha256').update(png).digest('base64url').slice(0, 22)}"` };
  };

  return {
    of: (texts) => {
      // By what it says: what has changed of a concert is another picture.
      const key = JSON.stringify(texts);
      const known = kept.get(key) ?? few.run(() => draw(texts));
      // The map's order is the order of use.
      kept.delete(key);
      kept.set(key, known);
      const [oldest] = kept.keys();
      if (kept.size > kept_max && oldest !== undefined) kept.delete(oldest);
      known.catch(() => {
        if (kept.get(key) === known) kept.delete(key);
      });
      return known;
    },
  };
}

const letter = /[\p{Letter}\p{Number}]/u;

/** No picture is without a title: where nothing of it can be drawn, the next best of what can stands in its place. */
function titled(texts: PictureTexts): PictureTexts {
  const { title, second, over } = texts;
  if (letter.test(title)) return texts;
  if (letter.test(second)) return { ...texts, title: second, second: '' };
  return letter.test(over) ? { ...texts, title: over, over: '', second: '' } : { ...texts, title: nameless };
}

interface Loaded {
  readonly renderer: Renderer;
  readonly seal: Buffer;
  /** What the font has glyphs for, composed, in one line. */
  drawable(text: string): string;
}

async function load(folder: string): Promise<Loaded> {
  const [font, characters, seal, takumi] = await Promise.all([
    readFile(path.join(folder, 'font.woff2')),
    readFile(path.join(folder, 'characters.json'), 'utf8'),
    readFile(path.join(import.meta.dirname, '../pages/seal.svg')),
    // Loaded with the first picture: a server that draws none has no renderer in memory.
    import('@takumi-rs/core'),
  ]);
  const renderer = new takumi.Renderer({ cacheMaxBytes: cache_bytes_max });
  await renderer.registerFont(font);
  const ranges = JSON.parse(characters) as readonly (readonly [from: number, to: number])[];
  const has = (character: string): boolean => {
    const code = character.codePointAt(0) ?? 0;
    return ranges.some(([from, to]) => from <= code && code <= to);
  };
  const drawable = (text: string): string =>
    Array.from(text.normalize('NFC')).filter(has).join('').replaceAll(/\s+/g, ' ').trim();
  return { renderer, seal, drawable };
}
