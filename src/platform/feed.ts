/**
 * News between servers over PostgreSQL's LISTEN/NOTIFY. They leave after the commit that they speak of, since all commits
 * that notify stand in one line: so news may be lost with the server that had them, and whoever is told by them must be
 * able to find out without. The news of one server arrive in the order in which it told them; of several, in any order.
 */
import { pooled } from './await-database.ts';
import { CannotStart } from './cannot-start.ts';
import { type Company, createCompany, silence_ms_max } from './company.ts';
import type { Sql } from './database.ts';
import { type Ear, createEar, notify } from './ear.ts';
import { randomId } from './ids.ts';
import { inTime } from './in-time.ts';
import { isChosen } from './rendezvous.ts';
import { type Teller, createTeller } from './teller.ts';
import type { Duty } from './ticker.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface Feed {
  /**
   * Tells the other servers, if any was heard of lately; to be called after the commit. Neither waits nor throws: what
   * cannot be sent is dropped, and the others are told that there is a gap. `payload` must serialise to at most
   * `payload_bytes_max` bytes.
   */
  tell(topic: string, payload: Json): void;
  /**
   * Tells the other servers, whether any was heard of or not, and resolves when it is on its way: for what they must know
   * before something is done about it.
   */
  warn(topic: string, payload: Json): Promise<void>;
  /** What other servers tell; a server does not hear itself. */
  subscribe(topic: string, handle: (payload: never) => void): void;
  /** Called whenever messages may have been missed, once listening works again, or were lost with whoever had them. */
  onGap(handle: () => void): void;
  /** Something may have been committed that nobody was told of, here and elsewhere. Neither waits nor throws. */
  lost(): void;
  /** Whether another server was heard of lately. */
  hasCompany(): boolean;
  /** How many were; Infinity while nobody can say. */
  others(): number;
  /**
   * Whether what any server may do, and one should, falls to this one: of those who are heard of, all name the same. Nobody
   * may rely on it being done: that one may be gone, or sick. True where nobody else is heard of.
   */
  isOurs(thing: string): boolean;
  /** Says that this server is there and carries out its duties, and looks whether it hears and whether the others are there still. */
  readonly watch: Duty;
  /** Tells what is yet to be told, and that this server leaves. */
  close(): Promise<void>;
}

/** PostgreSQL refuses 8,000 bytes; the rest is the envelope and the topic. */
export const payload_bytes_max = 7_800;
/** At the start there is time. */
const first_heard_ms_max = 5_000;
const farewell_ms_max = 1_000;

const id_chars = 10;
/** Behind the sender's id; anything else is news. */
const marks = { hello: '!', here: '.', onDuty: '+', lost: '?', leaving: '-' };

/** Opens the listening connection; resolves when it has heard something. Refuses with `CannotStart` if it hears nothing. */
export async function createFeed(url: string, sql: Sql): Promise<Feed> {
  const self = randomId(id_chars);
  const heard = Promise.withResolvers<void>();
  let heardAt = performance.now();
  const isDeaf = (): boolean => performance.now() - heardAt > silence_ms_max;
  /** On another connection than the one that listens, so that it shows whether what one says is heard on another. */
  const sayHere = (mark: string): Promise<void> => notify(sql, [self + mark]);

  const company = createCompany();
  const audience = createAudience(company, () => {
    sayHere(marks.here).catch(() => undefined);
  });
  const ear = createEar(url, {
    hear: (message) => {
      const sender = message.slice(0, id_chars);
      if (sender !== self) return audience.hear(sender, message.slice(id_chars));
      heardAt = performance.now();
      heard.resolve();
    },
    lost: () => {
      heardAt = -Infinity;
    },
    again: () => {
      heardAt = performance.now();
      company.assume();
      audience.gap();
    },
  });
  const teller = createTeller({ envelope: self, lost: self + marks.lost, say: ear.say });
  await ear.listen();
  await sayHere(marks.hello);
  await inTime(heard.promise, first_heard_ms_max).catch(() => refuseToStart(ear));
  // Whoever hears nothing does not know that it is alone.
  const hasCompany = (): boolean => company.isThere() || isDeaf();
  const lost = (): void => {
    teller.lose();
    audience.gap();
  };

  return {
    tell: (topic, payload) => {
      if (hasCompany()) teller.tell(JSON.stringify([topic, payload]));
    },
    warn: (topic, payload) => notify(sql, [`${self}${JSON.stringify([[topic, payload]])}`]),
    subscribe: audience.subscribe,
    onGap: audience.onGap,
    lost,
    hasCompany,
    others: () => (isDeaf() ? Infinity : company.count()),
    isOurs: (thing) => isChosen(self, company.dutiful(), thing),
    watch: {
      name: 'feed.watch',
      everyMs: 1_000,
      run: createWatch({ ear, company, audience, teller, lost, isDeaf, sayHere: () => sayHere(marks.onDuty) }),
    },
    close: async () => {
      const leaving = teller.drain().then(() => ear.say([self + marks.leaving]));
      await inTime(leaving, farewell_ms_max).catch(() => undefined);
      await ear.close();
    },
  };
}

async function refuseToStart(ear: Ear): Promise<never> {
  await ear.close();
  throw new CannotStart(
    `what one connection notifies is not heard on another: perhaps ${pooled}; let it lead to PostgreSQL itself`,
  );
}

interface Audience extends Pick<Feed, 'subscribe' | 'onGap'> {
  /** What another server says, without its id. */
  hear(sender: string, text: string): void;
  gap(): void;
}

/** Whoever wants to hear of other servers. `answer` is called when one is new, which is to know at once that it is not alone. */
function createAudience(company: Company, answer: () => void): Audience {
  const subscribers = new Map<string, ((payload: never) => void)[]>();
  const gapHandlers: (() => void)[] = [];
  const gap = (): void => {
    for (const handle of gapHandlers) handle();
  };
  const hearNews = (text: string): void => {
    for (const [topic, payload] of JSON.parse(text) as [string, never][])
      for (const handle of subscribers.get(topic) ?? []) handle(payload);
  };
  return {
    subscribe: (topic, handle) => {
      subscribers.set(topic, [...(subscribers.get(topic) ?? []), handle]);
    },
    onGap: (handle) => {
      gapHandlers.push(handle);
    },
    gap,
    hear: (sender, text) => {
      if (text === marks.leaving) return company.left(sender);
      company.hear(sender);
      if (text === marks.onDuty) company.onDuty(sender);
      if (text === marks.here || text === marks.onDuty) return;
      if (text === marks.hello) answer();
      else if (text === marks.lost) gap();
      else hearNews(text);
    },
  };
}

interface Watch {
  readonly ear: Pick<Ear, 'listen'>;
  readonly company: Pick<Company, 'forgetSilent'>;
  readonly audience: Pick<Audience, 'gap'>;
  readonly teller: Pick<Teller, 'retry'>;
  lost(): void;
  isDeaf(): boolean;
  sayHere(): Promise<void>;
}

function createWatch({ ear, company, audience, teller, lost, isDeaf, sayHere }: Watch): () => Promise<void> {
  let saidAt = performance.now();
  return async () => {
    await sayHere();
    const silentMs = performance.now() - saidAt;
    saidAt = performance.now();
    // The others may have taken this server for gone, and it may have taken itself for alone.
    if (silentMs > silence_ms_max) lost();
    if (company.forgetSilent()) audience.gap();
    teller.retry();
    if (isDeaf()) await ear.listen();
  };
}
