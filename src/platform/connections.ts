/**
 * One request of a connection at a time. Node hands over every request that it finds in what it has read, up to two
 * thousand small ones in a single read, and stops reading only when answers pile up: so requests that wait here would
 * pile up without bound. While one of a connection waits or is answered the connection is not read; what had been read
 * already waits behind, in order, bounded on this server as a whole.
 */
import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { standBefore } from './request-listener.ts';

/** A request and its answer, from when it is the first of its connection until the answer has been sent. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether anything was done about it. */
  isTakenUp: boolean;
}

export interface Doorkeeper {
  /** A connection was accepted. It may be held back, or destroyed. */
  arrived?(socket: Socket): void;
  /** Takes a request up, now or later; sets `isTakenUp` when it does, and has it served or answers it. */
  take(visit: Visit): void;
  /** Answers that the server has no room. */
  refuse(visit: Visit): void;
  /** Requests were thrown away unread: so many, of this connection. */
  dropped?(socket: Socket, requests: number): void;
}

/** About 3 KB each. A single read brings at most some 2,400 of them, and legal clients send a few ahead. */
const behind_max = 24_576;
/** Of one connection: what two reads can bring. */
const behind_of_one_max = 5_120;

interface Connection {
  readonly socket: Socket;
  /** What is waited for before the next one. */
  open: Visit | undefined;
  readonly behind: Visit[];
  isPaused: boolean;
  held: NodeJS.Timeout | undefined;
  readonly goOn: (connection: Connection) => void;
  readonly drop: (connection: Connection) => void;
}

const known = Symbol('connection');
type KnownSocket = Socket & { [known]?: Connection };

export interface Connections {
  /** Hands a request to what the server did with it before. */
  serve(visit: Visit): void;
  /** Requests that wait behind another one of their connection. */
  readonly behind: number;
}

/** Puts itself before what the server does with a request. */
export function mountConnections(server: Server, keeper: Doorkeeper): Connections {
  let behind = 0;
  let serve: Connections['serve'] = () => undefined;

  const takeUp = (connection: Connection, visit: Visit): void => {
    connection.open = visit;
    keeper.take(visit);
  };
  const next = (connection: Connection): void => {
    if (connection.open !== undefined || connection.held !== undefined || connection.socket.destroyed) return;
    const visit = connection.behind.shift();
    if (visit === undefined) {
      resume(connection);
    } else {
      behind -= 1;
      takeUp(connection, visit);
    }
  };
  const drop = (connection: Connection): void => {
    behind -= connection.behind.length;
    keeper.dropped?.(connection.socket, connection.behind.length);
    connection.behind.length = 0;
  };
  /** Sent more ahead than there is room for. What has not been begun is refused; else the client finds out by itself. */
  const cut = (connection: Connection): void => {
    const { open, socket } = connection;
    drop(connection);
    if (open === undefined || open.isTakenUp) {
      socket.destroy();
    } else {
      open.isTakenUp = true;
      open.response.setHeader('connection', 'close');
      keeper.refuse(open);
    }
  };
  const wait = (connection: Connection, visit: Visit): void => {
    if (connection.socket.destroyed) return;
    if (behind >= behind_max || connection.behind.length >= behind_of_one_max) {
      cut(connection);
      return;
    }
    behind += 1;
    connection.behind.push(visit);
    pause(connection);
  };

  server.on('connection', (socket: KnownSocket) => {
    const connection: Connection = { socket, open: undefined, behind: [], isPaused: false, held: undefined, goOn: next, drop };
    socket[known] = connection;
    // Node resumes a socket by itself, when an answer is done with and when it has been drained.
    socket.on('resume', () => {
      if (connection.isPaused) stop(socket);
    });
    socket.on('close', () => {
      clearTimeout(connection.held);
      drop(connection);
    });
    keeper.arrived?.(socket);
  });
  standBefore(server, (listener) => {
    serve = ({ request, response }) => listener(request, response);
    return (request, response) => {
      const visit: Visit = { request, response, isTakenUp: false };
      const connection = (request.socket as KnownSocket)[known];
      if (connection === undefined) keeper.take(visit);
      else if (connection.open === undefined && !connection.isPaused) takeUp(connection, visit);
      else wait(connection, visit);
    };
  });
  const finished = (message: unknown): void => {
    const { response, socket, server: of } = message as { response: ServerResponse; socket: KnownSocket; server: Server };
    const connection = of === server ? socket[known] : undefined;
    if (connection === undefined || connection.open?.response !== response) return;
    connection.open = undefined;
    // Once Node has put the next answer on the socket.
    if (connection.isPaused) process.nextTick(next, connection);
  };
  diagnostics.subscribe('http.server.response.finish', finished);
  server.on('close', () => diagnostics.unsubscribe('http.server.response.finish', finished));
  // What expects something that nobody knows would be answered by Node, past all of this.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  return {
    serve: (visit) => serve(visit),
    get behind() {
      return behind;
    },
  };
}

/**
 * Does not read the connection for so long: at once if nothing of it is open, else when what is open has been answered.
 * With an answer whose headers are not sent yet, a client that has sent more ahead is told that the connection ends.
 */
export function holdBack(socket: KnownSocket, ms: number, response?: ServerResponse): void {
  const connection = socket[known];
  if (connection === undefined || connection.held !== undefined || socket.destroyed) return;
  if (connection.behind.length > 0 && response?.headersSent === false) {
    connection.drop(connection);
    response.setHeader('connection', 'close');
    return;
  }
  pause(connection);
  connection.held = setTimeout(() => {
    connection.held = undefined;
    connection.goOn(connection);
  }, ms).unref();
}

function pause(connection: Connection): void {
  if (connection.isPaused) return;
  connection.isPaused = true;
  connection.socket.pause();
}

function resume(connection: Connection): void {
  connection.isPaused = false;
  connection.socket.resume();
}

/**
 * Stops a socket that was resumed by Node while it should rest. One that counts as paused already, though it is read,
 * must be resumed once more before it can be paused.
 */
function stop(socket: Socket): void {
  if (socket.readableFlowing === false) socket.resume();
  else socket.pause();
}
