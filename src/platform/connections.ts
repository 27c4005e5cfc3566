/**
 * Connections to PostgreSQL: to whichever host is the primary, secured as the address asks, set to what we rely upon,
 * given up when they are silent; and the pool of them. Only what the driver offers to everybody is used of it.
 */
import { Socket } from 'node:net';
import { Client, type ClientBase, DatabaseError, Pool, type PoolClient } from 'pg';
import { codeOf, faultOf, isStalePlan } from './failures.ts';
import { type Asked, Flight, type Prepared } from './flight.ts';
import { createRested } from './rested.ts';
import { set_session } from './session-settings.ts';
import type { Ready, Row, Rows, Settle } from './statements.ts';
import { likelyWay, passOver, prove, type Way, waysOf } from './ways.ts';

/** Longer than any statement may take. What is longer on purpose is asked on connections of its own. */
const silence_ms_max = 40_000;
/** Nobody waits longer for a connection of the pool. */
const wait_ms_max = 5_000;
/** A host that vanished is found out while its connection is idle, and what stands between keeps that open. */
const keep_alive_ms = 10_000;

export interface Asking {
  readonly applicationName: string;
  /** For who wants to look at a standby, where what was written last may be missing; the service never does. */
  readonly standbyToo?: boolean | undefined;
}

/** A connection. What is sent on it is carried out in order, flight by flight. */
export class Link extends Client {
  readonly #socket: Socket;
  readonly #url: string;
  readonly #way: Way;
  readonly #standbyToo: boolean;
  readonly #prepared: Prepared = new Map();
  /** One is under way at a time. These leave when it has arrived, in order. */
  readonly #waiting: Flight[] = [];
  #isFlying = false;
  #isEnded = false;

  constructor(url: string, { applicationName, standbyToo = false }: Asking) {
    const { address } = waysOf(url);
    const way = likelyWay(url);
    const socket = new Socket();
    super({
      ...way.host,
      ssl: way.tls === 'none' ? false : way.tls,
      user: address.user,
      ...(address.password === undefined ? {} : { password: address.password }),
      database: address.database,
      application_name: address.applicationName ?? applicationName,
      ...(address.options === undefined ? {} : { options: address.options }),
      enableChannelBinding: address.channelBinding,
      keepAlive: true,
      keepAliveInitialDelayMillis: keep_alive_ms,
      stream: () => socket,
    });
    this.#socket = socket;
    this.#url = url;
    this.#way = way;
    this.#standbyToo = standbyToo;
    // Whoever waits is told by the driver; a connection that nobody uses is the pool's to forget.
    this.on('error', () => undefined);
    this.on('drain', () => this.#leave());
    this.once('end', () => {
      this.#isEnded = true;
      while (this.#waiting.length > 0) this.#leave();
    });
    socket.setTimeout(address.connectMs, () => socket.destroy(silent()));
  }

  /** Resolves when everything that we rely upon is set. A way that does not work is passed over by the next connection. */
  override connect(): Promise<Client>;
  override connect(callback: ((error: Error) => void) | ((error: null, client: ClientBase) => void)): void;
  override connect(callback?: (error: never, client: ClientBase) => void): Promise<Client> | undefined {
    const opened = this.#open();
    if (callback === undefined) return opened;
    opened.then(
      () => callback(null as never, this),
      (error: unknown) => callback(error as never, this),
    );
    return undefined;
  }

  async #open(): Promise<Client> {
    try {
      await super.connect();
      await this.#settle();
      return this;
    } catch (error) {
      this.passOver(error);
      this.#socket.destroy();
      throw faultOf(error);
    }
  }

  async #settle(): Promise<void> {
    const [session] = await new Promise<Rows<Row[]>>((resolve, reject) => {
      this.send({ text: set_session, values: undefined, name: undefined }, (error, rows) =>
        rows === undefined ? reject(error) : resolve(rows),
      );
    });
    // Whatever the address says, and if it names one host only: behind a name or a proxy that moves with the primary may be
    // a standby for a moment, and what was read there would be of before. A primary becomes a standby by a restart alone,
    // which ends its connections, so whoever was asked once need not be asked again.
    if (session?.['isStandby'] === true && !this.#standbyToo) {
      throw Object.assign(new Error('this host is a standby, which takes no writes'), { code: '25006' });
    }
    prove(this.#url, this.#way);
    this.#socket.setTimeout(silence_ms_max);
  }

  /** From now on it may be silent for as long as it likes. */
  wait(): void {
    this.#socket.setTimeout(0);
  }

  /** This host is not the one, or not in this way: the next connection tries another, if there is one. */
  passOver(error: unknown): void {
    passOver(this.#url, this.#way, error);
  }

  /** As a flight of its own. Settles exactly once, with rows or an error that has a code. */
  send(ready: Ready, settle: Settle): void {
    this.fly([{ ready, settle }]);
  }

  /** The same in one flight with what else is sent so until the work at hand is done. For use between begin and commit. */
  sendAlong(ready: Ready, settle: Settle): void {
    const asked = { ready, settle };
    if (this.#waiting.at(-1)?.take(asked) !== true && this.#isNext([asked])) process.nextTick(() => this.#leave());
  }

  /** All of it in one flight, and where no transaction has begun as one. Leaves at once if nothing is under way. */
  fly(asked: readonly Asked[]): void {
    if (this.#isNext(asked)) this.#leave();
  }

  /** Puts a flight of these behind the others. Whether nothing is under way before it. */
  #isNext(asked: readonly Asked[]): boolean {
    const isNext = !this.#isFlying || this.#isEnded;
    this.#waiting.push(new Flight(asked, this.#prepared));
    this.#isFlying = true;
    return isNext;
  }

  #leave(): void {
    const flight = this.#waiting.shift();
    this.#isFlying = flight !== undefined;
    // What cannot be sent any more, the driver refuses.
    if (flight !== undefined) this.query(flight);
  }

  /** At once, whatever is under way: all of it is refused. */
  destroy(): void {
    this.#socket.destroy();
  }
}

export type PooledLink = Link & Pick<PoolClient, 'release'>;

export interface Connections {
  /** Hands over a connection that nobody else uses, or what there is against it. It must be given back. */
  take(hand: (error: unknown, link?: PooledLink) => void): void;
  /** Gives a connection back, or away for good if what was heard on it says that it is of no more use. */
  giveBack(link: PooledLink, error?: unknown): void;
  /** Waits for what is under way, at most `seconds`; then cuts it off. */
  close(seconds: number): Promise<void>;
}

export function poolOf(url: string, { max, ...asking }: Asking & { readonly max: number }): Connections {
  waysOf(url);
  const open = new Set<Link>();
  const rested = createRested<PooledLink>();
  const connectOne = class extends Link {
    constructor() {
      super(url, asking);
      open.add(this);
      const forget = (): void => rested.drop((link) => Object.is(link, this));
      // It is of no more use before it is closed.
      this.on('error', forget);
      this.once('end', () => {
        open.delete(this);
        forget();
      });
    }
  };
  const pool = new Pool({
    max,
    Client: connectOne,
    connectionTimeoutMillis: wait_ms_max,
    idleTimeoutMillis: 0,
  });
  // A connection that broke while nobody used it: the pool has forgotten it already.
  pool.on('error', () => undefined);

  const take = (hand: (error: unknown, link?: PooledLink) => void, tried: readonly Way[] = []): void => {
    const link = rested.take();
    if (link !== undefined) return hand(undefined, link);
    const trying = [...tried, likelyWay(url)];
    return pool.connect((error, link) => {
      if (link !== undefined) hand(undefined, link as PooledLink);
      else if (trying.includes(likelyWay(url))) hand(faultOf(error));
      else take(hand, trying);
    });
  };
  let isClosing = false;
  return {
    take,
    giveBack: (link, error) => {
      if (error !== undefined && isTheEnd(error)) {
        if (codeOf(error) === '25006') link.passOver(error);
        link.destroy();
        link.release(true);
      } else if (!open.has(link)) link.release(true);
      else if (isClosing || pool.waitingCount > 0) link.release();
      else rested.put(link);
    },
    close: async (seconds) => {
      isClosing = true;
      rested.release();
      const late = Promise.withResolvers<void>();
      const cut = setTimeout(() => {
        // Also those that say good-bye to a host which does not listen any more.
        for (const link of open) link.destroy();
        late.resolve();
      }, seconds * 1_000);
      // The pool waits for all that it handed out, also for a transaction whose work never ends.
      await Promise.race([pool.end(), late.promise]);
      if (open.size === 0) clearTimeout(cut);
      else cut.unref();
    },
  };
}

/** A connection of its own, for what needs one session for long. Whoever asked for it ends it. */
export async function openLink(url: string, applicationName: string): Promise<Link> {
  for (const tried: Way[] = []; ;) {
    tried.push(likelyWay(url));
    const link = new Link(url, { applicationName });
    try {
      await link.connect();
      return link;
    } catch (error) {
      if (tried.includes(likelyWay(url))) throw error;
    }
  }
}

/** SQLSTATEs of a session that ends, or that stands on a host which takes no writes any more. */
const last_words = new Set(['25006', '25P03', '25P04', '57P01', '57P02', '57P03', '57P05']);

/** Whether what was heard on a connection ends its use: then it is not known what became of a commit. */
export function isTheEnd(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return !(error instanceof DatabaseError) || last_words.has(code) || code.startsWith('08') || isStalePlan(error);
}

function silent(): Error {
  return Object.assign(new Error('the database is silent'), { code: 'ETIMEDOUT' });
}
