/** The wire between servers and their database, in a test's hands: it can be cut, go dead, or lead somewhere else. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Wire {
  /** The database's address through this wire. */
  readonly url: string;
  /** Cuts all connections and refuses new ones, as a host whose database died. */
  down(): Promise<void>;
  /** Leads to this database from now on. */
  up(databaseUrl: string): Promise<void>;
  /** Nothing comes through any more and nobody is told, as from a host that lost its power. */
  freeze(): void;
  /** The same, but for its last byte, as soon as something that contains these words has come through to the database. */
  freezeAfter(words: string): void;
  /** What contains these words comes through to the database, and no answer from then on: not to it, not to anything else. */
  muteAfter(words: string): void;
  /** The transactions that went through it and ended. */
  readonly transactions: readonly Transaction[];
  /** How many statements went to the database so far, over all connections. */
  statements(): number;
  close(): Promise<void>;
}

export interface Transaction {
  /** Times that the database was waited for. */
  readonly roundTrips: number;
  /** All that was said to it. What a connection has prepared is said by its name. */
  readonly text: string;
}

/** Notes the transactions of one connection: from `begin` to `commit`, and whatever is said outside of them in one go. */
function listenerOf(transactions: Transaction[]): { asked(bytes: Buffer): void; answered(): void } {
  let isAsking = false;
  let isBegun = false;
  let noted = { roundTrips: 0, text: '' };
  return {
    asked: (bytes) => {
      if (!isAsking && !isBegun) noted = { roundTrips: 0, text: '' };
      if (!isAsking) noted.roundTrips += 1;
      isAsking = true;
      isBegun ||= bytes.includes('begin\0');
      noted.text += bytes.toString('latin1');
      if (bytes.includes('commit\0') || bytes.includes('rollback\0')) isBegun = false;
      if (!isBegun && transactions.at(-1) !== noted) transactions.push(noted);
    },
    answered: () => {
      isAsking = false;
    },
  };
}

export async function openWire(databaseUrl: string): Promise<Wire> {
  let target = new URL(databaseUrl);
  const ends = new Set<Socket>();
  let frozen = false;
  let lastWords: string | undefined;
  let lastHeard: string | undefined;
  let mute = false;
  const transactions: Transaction[] = [];
  let statements = 0;

  const join = (near: Socket): void => {
    const far = connect(Number(target.port), target.hostname);
    for (const end of [near, far]) {
      ends.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        ends.delete(end);
        if (!frozen) (end === near ? far : near).destroy();
      });
    }
    const count = countExecutions(() => (statements += 1));
    const listener = listenerOf(transactions);
    near.on('data', (bytes) => {
      if (frozen) return;
      listener.asked(bytes);
      count(bytes);
      frozen = lastWords !== undefined && bytes.includes(lastWords);
      mute ||= lastHeard !== undefined && bytes.includes(lastHeard);
      far.write(frozen ? bytes.subarray(0, -1) : bytes);
    });
    far.on('data', (bytes) => {
      if (frozen || mute) return;
      listener.answered();
      near.write(bytes);
    });
  };
  const listen = async (port: number): Promise<Server> => {
    const server = createServer(join);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);

  const down = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const end of ends) end.destroy();
    await closed;
  };
  return {
    url: url.href,
    muteAfter: (words) => {
      lastHeard = words;
    },
    transactions,
    down,
    up: async (databaseUrl) => {
      target = new URL(databaseUrl);
      frozen = false;
      mute = false;
      lastHeard = undefined;
      server = await listen(port);
    },
    freeze: () => {
      frozen = true;
    },
    freezeAfter: (words) => {
      lastWords = words;
    },
    statements: () => statements,
    close: down,
  };
}

/** Follows what a client says on one connection; the first message is its greeting and has no type. */
function countExecutions(counted: () => void): (bytes: Buffer) => void {
  const kinds = new Set(['Q', 'E'].map((letter) => letter.charCodeAt(0)));
  let head = Buffer.alloc(0);
  let typeBytes = 0;
  let bodyBytes = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length;) {
      const skipped = Math.min(bodyBytes, bytes.length - at);
      bodyBytes -= skipped;
      at += skipped;
      const missing = Math.min(typeBytes + 4 - head.length, bytes.length - at);
      head = Buffer.concat([head, bytes.subarray(at, at + missing)]);
      at += missing;
      if (head.length < typeBytes + 4) return;
      if (typeBytes === 1 && kinds.has(head[0] ?? 0)) counted();
      bodyBytes = head.readUInt32BE(typeBytes) - 4;
      head = Buffer.alloc(0);
      typeBytes = 1;
    }
  };
}
