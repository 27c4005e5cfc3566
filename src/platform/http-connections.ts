/**
 * One request of a connection at a time. Node hands over every request that it finds in what it has read, up to two
 * thousand small ones in a single read, and stops reading only when answers pile up: so requests that wait here would
 * pile up without bound. While one of a connection waits or is answered the connection is not read; what had been read
 * already waits behind, in order, bounded on this server as a whole.
 */
import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
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

/** What the connections of a server share. */
interface Door {
  readonly keeper: Doorkeeper;
  /** Requests behind others, of all connections. */
  behind: number;
}

interface Connection {
  readonly door: Door;
  readonly socket: Socket;
  /** What is waited for before the next one. */
  open: Visit | undefined;
  readonly behind: Visit[];
  isPaused: boolean;
  /** Nothing of it is taken up any more. */
  isCut: boolean;
  held: NodeJS.Timeout | undefined;
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
  const door: Door = { keeper, behind: 0 };
  server.on('connection', (socket: KnownSocket) => {
    socket[known] = accept(socket, door);
    keeper.arrived?.(socket);
  });
  let listener: RequestListener | undefined;
  standBefore(server, (before) => {
    listener = before;
    return (request, response) => {
      const visit: Visit = { request, response, isTakenUp: false };
      const connection = (request.socket as KnownSocket)[known];
      if (connection === undefined) keeper.take(visit);
      else if (connection.open === undefined && !connection.isPaused) takeUp(connection, visit);
      else wait(connection, visit);
    };
  });
  // What expects something that nobody knows would be answered by Node, past all of this.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  const finished = (message: unknown): void => {
    const {
      response,
      socket,
      server: of,
    } = message as { response: ServerResponse; socket: KnownSocket; server: Server };
    if (of === server) answered(socket[known], response);
  };
  diagnostics.subscribe('http.server.response.finish', finished);
  server.on('close', () => diagnostics.unsubscribe('http.server.response.finish', finished));
  return {
    serve: ({ request, response }) => listener?.(request, response),
    get behind() {
      return door.behind;
    },
  };
}

function accept(socket: Socket, door: Door): Connection {
  const connection: Connection = {
    door,
    socket,
    open: undefined,
    behind: [],
    isPaused: false,
    isCut: false,
    held: undefined,
  };
  // Node resumes a socket by itself, when an answer is done with and when it has been drained.
  socket.on('resume', () => {
    if (connection.isPaused) stop(socket);
  });
  socket.on('close', () => {
    clearTimeout(connection.held);
    connection.isCut = true;
    drop(connection);
  });
  return connection;
}

function takeUp(connection: Connection, visit: Visit): void {
  connection.open = visit;
  connection.door.keeper.take(visit);
}

function answered(connection: Connection | undefined, response: ServerResponse): void {
  if (connection?.open?.response !== response) return;
  connection.open = undefined;
  // Once Node has put the next answer on the socket.
  if (connection.isPaused) process.nextTick(goOn, connection);
}

/** Takes up the next one, or reads on. */
function goOn(connection: Connection): void {
  if (connection.open !== undefined || connection.held !== undefined || connection.isCut) return;
  const visit = connection.behind.shift();
  if (visit === undefined) readOn(connection);
  else {
    connection.door.behind -= 1;
    // Whose body is still to come is the last that was read: what comes next is the body.
    if (!visit.request.complete) readOn(connection);
    takeUp(connection, visit);
  }
}

function readOn(connection: Connection): void {
  connection.isPaused = false;
  connection.socket.resume();
}

function wait(connection: Connection, visit: Visit): void {
  const { door, behind, isCut } = connection;
  if (isCut) return;
  if (door.behind >= behind_max || behind.length >= behind_of_one_max) {
    cut(connection);
    return;
  }
  door.behind += 1;
  behind.push(visit);
  pause(connection);
}

/** Sent more ahead than there is room for. What has not been begun is refused; else the client finds out by itself. */
function cut(connection: Connection): void {
  const { open, socket, door } = connection;
  connection.isCut = true;
  drop(connection);
  if (open === undefined || open.isTakenUp) {
    socket.destroy();
  } else {
    open.isTakenUp = true;
    open.response.setHeader('connection', 'close');
    door.keeper.refuse(open);
  }
}

function drop({ door, socket, behind }: Connection): void {
  if (behind.length === 0) return;
  door.behind -= behind.length;
  door.keeper.dropped?.(socket, behind.length);
  behind.length = 0;
}

/**
 * Does not read the connection for so long: at once if nothing of it is open, else when what is open has been answered.
 * With an answer whose headers are not sent yet, a client that has sent more ahead is told that the connection ends.
 */
export function holdBack(socket: KnownSocket, ms: number, response?: ServerResponse): void {
  const connection = socket[known];
  if (connection === undefined || connection.held !== undefined || connection.isCut) return;
  if (connection.behind.length > 0 && response?.headersSent === false) {
    connection.isCut = true;
    drop(connection);
    response.setHeader('connection', 'close');
    return;
  }
  pause(connection);
  connection.held = setTimeout(() => {
    connection.held = undefined;
    goOn(connection);
  }, ms).unref();
}

function pause(connection: Connection): void {
  if (connection.isPaused) return;
  connection.isPaused = true;
  connection.socket.pause();
}

/**
 * Stops a socket that was resumed by Node while it should rest. One that counts as paused already, though it is read,
 * must be resumed once more before it can be paused.
 */
function stop(socket: Socket): void {
  if (socket.readableFlowing === false) socket.resume();
  else socket.pause();
}
