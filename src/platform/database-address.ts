/**
 * `DATABASE_URL` as PostgreSQL's own programs read it (libpq): several hosts, socket folders, and the parameters behind
 * the question mark. What would weaken a promise if it were passed over is refused; what a person can put right is told
 * in one line, which never shows the password.
 */
import { userInfo } from 'node:os';
import { CannotStart } from './cannot-start.ts';
import { type TlsMode, tlsOf } from './tls.ts';

export interface Host {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
}

export interface DatabaseAddress {
  readonly hosts: readonly Host[];
  readonly user: string;
  /** Undefined: as PGPASSWORD or `~/.pgpass` say. */
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: readonly TlsMode[];
  readonly channelBinding: boolean;
  readonly connectMs: number;
  readonly applicationName: string | undefined;
  readonly options: string | undefined;
}

const connect_ms = 3_000;
const connect_ms_max = 60_000;
const port_default = 5432;

/** Honoured here or in `tls.ts`. */
const honoured = new Set(
  `host port user password dbname application_name fallback_application_name connect_timeout options target_session_attrs
   channel_binding gssencmode sslmode ssl sslrootcert sslcert sslkey sslpassword sslnegotiation client_encoding`.split(
    /\s+/,
  ),
);
/** Parameters of PostgreSQL's programs that promise nothing which is not so anyway. */
const harmless = new Set(
  `keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout sslcompression sslsni krbsrvname gsslib
   gssdelegation min_protocol_version max_protocol_version`.split(/\s+/),
);

/** Reads the files that it names. Refuses with `CannotStart`. */
export function readDatabaseAddress(url: string): DatabaseAddress {
  const pieces = split(url);
  const get = (parameter: string): string | undefined => {
    const value = pieces.parameters.get(parameter);
    return value === '' ? undefined : value;
  };
  for (const parameter of pieces.parameters.keys()) refuseUnknown(parameter);
  refuseAttributes(get('target_session_attrs'));
  if (get('gssencmode') === 'require') throw wrong('asks for gssencmode=require, which is not spoken here: use TLS');
  const channelBinding = get('channel_binding') === 'require';
  // There is none without TLS.
  const tls = tlsOf(get).filter((mode) => mode !== 'none' || !channelBinding);
  if (tls.length === 0) throw wrong('asks for channel_binding=require, which needs TLS: add sslmode=require');
  return {
    ...whoAndWhat(pieces, get),
    hosts: hostsOf(get('host') ?? pieces.hosts, get('port') ?? pieces.ports),
    tls,
    channelBinding,
    connectMs: connectMs(get('connect_timeout')),
    applicationName: get('application_name'),
    options: get('options'),
  };
}

type Parameter = (name: string) => string | undefined;

function whoAndWhat(pieces: Pieces, get: Parameter): Pick<DatabaseAddress, 'user' | 'password' | 'database'> {
  const user = get('user') ?? pieces.user ?? userInfo().username;
  return { user, password: get('password') ?? pieces.password, database: get('dbname') ?? pieces.name ?? user };
}

function refuseUnknown(parameter: string): void {
  if (honoured.has(parameter) || harmless.has(parameter)) return;
  throw wrong(`has the parameter "${parameter}", which is not known here: leave it out`);
}

interface Pieces {
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** With commas between them, and as many commas between the ports. */
  readonly hosts: string;
  readonly ports: string;
  readonly name: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
}

function split(url: string): Pieces {
  const text = url.trim().replace(/^\w+:\/\//, '');
  const [, authority = '', path = '', query = ''] = /^([^/?]*)(\/[^?]*)?(?:\?(.*))?$/s.exec(text) ?? [];
  refuseMisplaced(text, { authority, path, query });
  const at = authority.indexOf('@');
  const places = authority
    .slice(at + 1)
    .split(',')
    .map((place) => /^\[?(.*?)\]?(?::([^:\]]*))?$/.exec(place) ?? []);
  const given = query
    .split('&')
    .filter((part) => part !== '')
    .map(parameterOf);
  const parameters = new Map(given);
  const twice = given.find(([name], place) => given.findIndex(([other]) => other === name) !== place);
  if (twice !== undefined) throw wrong(`has the parameter "${twice[0]}" twice: which of the two is meant?`);
  if (places.some(([place = '']) => place.includes('[') !== place.includes(']')))
    throw wrong('has an IPv6 address without its second bracket: [::1]');
  return {
    ...loginOf(authority.slice(0, Math.max(at, 0))),
    hosts: places.map(([, host]) => decoded(host) ?? '').join(','),
    ports: places.map(([, , port = '']) => port).join(','),
    name: decoded(path.slice(1)),
    parameters,
  };
}

/** What looks like a host is the first half of a password if the rest of the address has the @ that ends it. */
function refuseMisplaced(
  text: string,
  { authority, path, query }: Record<'authority' | 'path' | 'query', string>,
): void {
  if (text.includes('#')) throw encode('#');
  if (path.includes('@')) throw encode('/');
  const isHalf = !authority.includes('@') && query.split('&').some((part) => part.includes('@') && !part.includes('='));
  if (isHalf) throw encode('?');
  if (authority.indexOf('@') !== authority.lastIndexOf('@')) throw encode('@');
}

function loginOf(login: string): Pick<Pieces, 'user' | 'password'> {
  const colon = login.indexOf(':');
  if (colon === -1) return { user: decoded(login), password: undefined };
  return { user: decoded(login.slice(0, colon)), password: decoded(login.slice(colon + 1)) };
}

function parameterOf(part: string): [string, string] {
  const at = part.indexOf('=');
  if (at < 1) throw wrong('has a parameter without a value behind its "?": …?name=value&name=value');
  return [decoded(part.slice(0, at)) ?? '', decoded(part.slice(at + 1)) ?? ''];
}

/** Undefined for nothing. */
function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw encode('%');
  }
}

function hostsOf(hosts: string, ports: string): readonly Host[] {
  const names = hosts.split(',');
  const numbers = ports.split(',').map((port) => (port === '' ? port_default : Number(port)));
  if (numbers.length > 1 && numbers.length !== names.length) throw wrong('must name one port, or one for each host');
  return names.map((host, at) => {
    const port = numbers[numbers.length === 1 ? 0 : at] ?? port_default;
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw wrong('must name a port from 1 to 65535');
    return { host: host === '' ? 'localhost' : host, port };
  });
}

/** The primary is what serves, also where `any` host would do: without it the fan's own writes were missing in reads. */
function refuseAttributes(wanted = 'any'): void {
  if (['any', 'read-write', 'primary'].includes(wanted)) return;
  throw wrong('must have target_session_attrs=read-write: the service writes');
}

function connectMs(seconds: string | undefined): number {
  if (seconds === undefined) return connect_ms;
  if (!/^-?\d+$/.test(seconds)) throw wrong('must have a whole number of seconds as connect_timeout');
  return Number(seconds) <= 0 ? connect_ms : Math.min(Number(seconds) * 1_000, connect_ms_max);
}

function wrong(what: string): CannotStart {
  return new CannotStart(`DATABASE_URL ${what}`);
}

function encode(character: string): CannotStart {
  const code = encodeURIComponent(character);
  return wrong(`has a "${character}" where it means something else: in a user name or password write it as ${code}`);
}
