/**
 * A pooler as PgBouncer in transaction mode: clients log in one by one, and from then on each transaction of any of them
 * runs on whichever session was used last. Only so much of the protocol as that takes.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Pooler {
  /** The database's address through it. */
  readonly url: string;
  close(): Promise<void>;
}

interface Session {
  readonly socket: Socket;
  client: Client | undefined;
}

interface Client {
  readonly socket: Socket;
  session: Session | undefined;
  /** Statements, or groups of them, that have not been answered yet. */
  asked: number;
  waiting: Buffer[];
}

const ssl_request = 80_877_103;

/** Calls `hear` with each whole message; the first of a client has no letter before its length. */
function messages(socket: Socket, hasGreeting: boolean, hear: (message: Buffer, letter: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  let isGreeting = hasGreeting;
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const from = isGreeting ? 0 : 1;
      if (rest.length < from + 4) return;
      const length = from + rest.readUInt32BE(from);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      const letter = isGreeting ? '' : String.fromCharCode(message[0] ?? 0);
      if (isGreeting) isGreeting = message.readUInt32BE(4) === ssl_request;
      hear(message, letter);
    }
  });
}

export async function openPooler(databaseUrl: string): Promise<Pooler> {
  const target = new URL(databaseUrl);
  const idle: Session[] = [];
  const queue: Client[] = [];
  const sockets = new Set<Socket>();

  const attach = (client: Client): void => {
    const session = idle.pop();
    if (session === undefined) {
      queue.push(client);
      return;
    }
    session.client = client;
    client.session = session;
    for (const message of client.waiting.splice(0)) session.socket.write(message);
  };
  const release = (session: Session): void => {
    if (session.client !== undefined) session.client.session = undefined;
    session.client = undefined;
    idle.push(session);
    const next = queue.shift();
    if (next !== undefined) attach(next);
  };
  const openSession = (client: Client): Session => {
    const session: Session = { socket: connect(Number(target.port), target.hostname), client };
    sockets.add(session.socket);
    messages(session.socket, false, (message, letter) => {
      // What a session says to nobody, such as news, is lost.
      session.client?.socket.write(message);
      if (letter !== 'Z' || session.client === undefined) return;
      session.client.asked -= 1;
      if (session.client.asked <= 0 && String.fromCharCode(message[5] ?? 0) === 'I') release(session);
    });
    return session;
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    const client: Client = { socket, session: undefined, asked: 1, waiting: [] };
    messages(socket, true, (message, letter) => {
      if (letter === '' && message.readUInt32BE(4) === ssl_request) {
        socket.write('N');
      } else if (letter === '') {
        client.session = openSession(client);
        client.session.socket.write(message);
      } else if (letter === 'X') {
        socket.end();
      } else {
        if (letter === 'Q' || letter === 'S') client.asked += 1;
        if (client.session !== undefined) client.session.socket.write(message);
        else if (client.waiting.push(message) === 1) attach(client);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
