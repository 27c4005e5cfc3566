/**
 * The one small store of a device: what a page remembers from one visit to the next. Keeping never fails an act: where
 * the browser has no storage (`null` in some apps' browsers), refuses it, or has no room left, memory stands in for it
 * as long as the document lives, and whoever remembers ask the server for what was lost.
 */

/** What the device would not take, and what is gone (undefined) though the device may still show it. */
const memory = new Map<string, string | undefined>();

/** What `work` answers, or undefined where the browser would not do it. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Looked up anew each time: a getter that throws today may not tomorrow, when the reader has allowed it. */
function device(): Storage | undefined {
  return tried(() => localStorage as Storage | null) ?? undefined;
}

export function read(key: string): string | undefined {
  if (memory.has(key)) return memory.get(key);
  return tried(() => device()?.getItem(key)) ?? undefined;
}

/** Whether it will be there after the document is loaded again. */
export function keep(key: string, value: string): boolean {
  const isKept = tried(() => {
    device()?.setItem(key, value);
    return device()?.getItem(key) === value;
  });
  if (isKept === true) {
    memory.delete(key);
    return true;
  }
  // Other documents had better find nothing than what was so before.
  drop(key);
  memory.set(key, value);
  return false;
}

export function drop(key: string): void {
  memory.delete(key);
  tried(() => device()?.removeItem(key));
  if (tried(() => device()?.getItem(key) ?? undefined) !== undefined) memory.set(key, undefined);
}

/** All keys that begin so. */
export function keysFrom(prefix: string): string[] {
  const stored = tried(() => Object.keys(device() ?? {})) ?? [];
  return [...new Set([...stored, ...memory.keys()])].filter((key) => key.startsWith(prefix) && read(key) !== undefined);
}

/**
 * The same for what must outlive a reload even here: what the store cannot keep stands in the entry of the browser's
 * history, which a reload of this page and a step back to it bring again.
 */
export const throughReloads = {
  read: (key: string): string | undefined => read(key) ?? noted()[key],
  keep: (key: string, value: string): void => {
    if (!keep(key, value)) note({ ...noted(), [key]: value });
  },
  drop: (key: string): void => {
    drop(key);
    const { [key]: gone, ...others } = noted();
    if (gone !== undefined) note(others);
  },
};

function noted(): Readonly<Record<string, string>> {
  const state: unknown = tried(() => history.state);
  const kept = typeof state === 'object' && state !== null ? (state as { kept?: unknown }).kept : undefined;
  return typeof kept === 'object' && kept !== null ? (kept as Record<string, string>) : {};
}

function note(kept: Readonly<Record<string, string>>): void {
  tried(() => history.replaceState({ ...history.state, kept }, ''));
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  /** 0 takes it away. */
  readonly seconds: number;
  readonly sameSite: 'Lax' | 'Strict';
}

/** Tells the server's first paint something about this device; where cookies are refused, the page paints it anew. */
export function keepCookie({ name, value, path, seconds, sameSite }: Cookie): void {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  tried(() => {
    document.cookie = `${name}=${value}; Path=${path}; Max-Age=${seconds}; SameSite=${sameSite}${secure}`;
  });
}
