/**
 * The rules of the house as functions over its files: each answers its complaints, so that tidy.test.ts can hold the
 * house to it and also show that the rule is able to complain.
 */
import path from 'node:path';

export interface Source {
  /** From the root of the repository: `src/wallet/wallet.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Left to right along the corridor: a file imports from its own room and from rooms to its left. */
const corridor = [
  'platform',
  'ground',
  'accounts',
  'refunds',
  'catalog',
  'waiting-room',
  'idempotency',
  'reservation',
  'wallet',
  'gateway',
  'funding',
  'payment',
  'cancellation',
  'audit',
  'console',
  'hall',
  'main',
];
/** What every room may know: the words of the contract, the ways to say no, and the configuration. */
const ground = new Set(['config.ts', 'contract.ts', 'refusals.ts', 'contract']);
const rooms = new Set(corridor.slice(2, -2));

/** The room that a file of `src` lies in. */
function roomOf(file: string): string {
  const [first = ''] = file.replace(/^src\//, '').split('/');
  if (first === 'main.ts') return 'main';
  if (ground.has(first)) return 'ground';
  return corridor.includes(first) ? first : 'hall';
}

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Imports of files (resolved from the root) and of packages. */
function importsOf({ path: from, text }: Source): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [...statements, ...dynamic].map(([, to = '']) => ({
    from,
    to: to.startsWith('.') ? path.posix.join(path.posix.dirname(from), to) : to,
  }));
}

function importsBetweenRooms(sources: readonly Source[]): Import[] {
  const inside = sources.flatMap(importsOf).filter(({ to }) => to.startsWith('src/'));
  return inside.filter(({ from, to }) => roomOf(from) !== roomOf(to));
}

function isBackwards({ from, to }: Import): boolean {
  return corridor.indexOf(roomOf(to)) > corridor.indexOf(roomOf(from));
}

export function importsAgainstTheCorridor(sources: readonly Source[]): string[] {
  return importsBetweenRooms(sources)
    .filter(isBackwards)
    .map(({ from, to }) => `${from} imports ${to}, which lies to its right`);
}

function isByTheDoor({ from, to }: Import): boolean {
  const room = roomOf(to);
  const door = room === 'waiting-room' ? 'gate' : room;
  if (!rooms.has(room) || to === `src/${room}/${door}.ts`) return true;
  // The hall alone mounts what a room offers over HTTP.
  return to === `src/${room}/routes.ts` && roomOf(from) === 'hall';
}

export function importsPastTheDoor(sources: readonly Source[]): string[] {
  return importsBetweenRooms(sources)
    .filter((found) => !isByTheDoor(found))
    .map(({ from, to }) => `${from} imports ${to}, which is not a door`);
}

/** Tables of `db/migrations` that more than one room writes. */
export function tablesOfTwoWriters(sources: readonly Source[], migrations: readonly Source[]): string[] {
  const schema = migrations.map(({ text }) => text).join('\n');
  const tables = [...schema.matchAll(/^create table "?(\w+)"?/gm)].map(([, table = '']) => table);
  const writers = new Map(tables.map((table) => [table, new Set<string>()]));
  for (const { path: file, text } of sources) {
    for (const [, table = ''] of text.matchAll(/\b(?:insert\s+into|update|delete\s+from|truncate)\s+"?(\w+)"?/g)) {
      writers.get(table)?.add(roomOf(file));
    }
  }
  return [...writers]
    .filter(([, written]) => written.size > 1)
    .map(([table, written]) => `${table} is written by ${[...written].toSorted().join(' and ')}`);
}

interface Home {
  readonly what: string;
  readonly pattern: RegExp;
  readonly lives: (file: string) => boolean;
}

const clocks_of_others: ReadonlySet<string> = new Set([
  'src/platform/ids.ts',
  'src/accounts/hs256.ts',
  'src/gateway/stripe/signature.ts',
  'src/platform/event-stream.ts',
]);

const homes: readonly Home[] = [
  { what: 'process.env', pattern: /\bprocess\.env\b|'node:process'/, lives: (file) => file === 'src/config.ts' },
  { what: 'the end of the process', pattern: /\bprocess\.(exit|abort)\b/, lives: () => false },
  {
    what: 'a clock besides PostgreSQL',
    pattern: /\bDate\.now\(|\bnew Date\(\)/,
    // An id begins with the time for the sake of the index; nobody reads the time out of it. When an access token
    // of somebody else's ends is a time of their clock, which the database knows no better, and so is when a gateway signed
    // a notice. HTTP wants each answer dated: Node does so, but for the heads of event streams, which are written by hand.
    lives: (file) => clocks_of_others.has(file),
  },
  {
    what: 'the database driver',
    pattern: /^import (?!type)[^;]*from 'pg'/m,
    lives: (file) => file.startsWith('src/platform/'),
  },
  {
    what: 'what a driver keeps to itself',
    // Names with a line before them, parts of its packages, and what it keeps about statements and their connection.
    pattern:
      /\._[a-z]|\['_|\bfrom 'pg[-/]|\.(?:parsedStatements|submittedNamedStatements|readyForQuery|queryQueue|activeQuery|saslSession)\b|\b(?:link|client|super|this)\.connection\b/,
    lives: () => false,
  },
  {
    what: 'Fastify itself',
    pattern: /^import (?!type)[^;]*from 'fastify'/m,
    lives: (file) => roomOf(file) === 'hall',
  },
  {
    what: 'SQL in a route',
    pattern: /\b(sql|tx)(<[^`]*>)?`/,
    lives: (file) => !/(^|\/)routes[^/]*\.ts$/.test(file),
  },
  // 23 MB; the tests have it for the referee of signatures (decision 032).
  { what: 'the package of Stripe', pattern: /\bfrom 'stripe'|\bimport\('stripe'/, lives: () => false },
  { what: 'a console of its own', pattern: /\bconsole\.(log|error|warn|info)\(/, lives: () => false },
];

export function thingsAwayFromHome(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path: file, text }) =>
    homes
      .filter(({ pattern, lives }) => pattern.test(withoutComments(text)) && !lives(file))
      .map(({ what }) => `${file} has ${what}`),
  );
}

/** Everything that a page keeps on a device goes through the one store, which works where the browser has none. */
const store = 'web/client/store.ts';

export function keepingPastTheStore(pages: readonly Source[]): string[] {
  return pages
    .filter(({ path: file }) => file !== store)
    .filter(({ text }) => /\b(?:localStorage|sessionStorage|indexedDB)\b|\.cookie\s*=/.test(withoutComments(text)))
    .map(({ path: file }) => `${file} keeps something past ${store}`);
}

/** Code of the server that pages may run: built with them anew whenever it changes (`page_sources` of bootstrap.mjs). */
const shared_with_pages = ['src/contract/', 'src/refunds/'];

export function pagesRunningServerCode(pages: readonly Source[]): string[] {
  return pages.flatMap(({ path: file, text }) =>
    importsOf({ path: file, text: text.replaceAll(/^(?:import|export) type [^;]*;/gm, '') })
      .filter(({ to }) => to.startsWith('src/') && !shared_with_pages.some((room) => to.startsWith(room)))
      .map(({ to }) => `${file} runs ${to}`),
  );
}

/** Ways to make a text node that a page remembers, or to lose `translate="no"` again (decision 021). */
const text_nodes: readonly RegExp[] = [
  /^import (?!type)[^;]*\b(h|createElement|cloneElement|createTextNode|jsx|jsxs|toChildArray)\b[^;]*from 'preact/m,
  /\b(createTextNode|nodeValue|firstChild|lastChild|insertAdjacentText)\b|\.data = |\bnew Text\(/,
  /\btranslate=\{(?!false\})/,
];

/** Files of the pages where text may come to be written into a node that a page translator has taken away. */
export function textsThatTranslatorsBreak(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path: file }) => file !== 'web/ui/jsx-runtime.ts')
    .filter(
      // Another runtime is chosen in a comment.
      ({ text }) => /@jsx/.test(text) || text_nodes.some((pattern) => pattern.test(withoutComments(text))),
    )
    .map(({ path: file }) => file);
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}

export function junkDrawers(files: readonly string[]): string[] {
  return files.filter((file) => /(^|\/)(utils?|libs?|commons?|helpers?|misc|shared)(\/|\.ts$)/.test(file));
}

export function filesWithoutOpening(sources: readonly Source[]): string[] {
  return sources.filter(({ text }) => !/^(#!.*\n)?(\/\*\*|\/\/|--) ?/.test(text)).map(({ path: file }) => file);
}

/** A lock file is about packages; where one machine happened to download them from is nobody's business. */
export function downloadAddresses(lock: string): string[] {
  return [...lock.matchAll(/"resolved": *"([^"]*)"|https?:\/\/[^"]*\.tgz/g)].map(([found]) => found);
}

/** Two migrations of one number would run in an order that only their names decide. */
export function misnumberedMigrations(files: readonly string[]): string[] {
  const names = files.map((file) => path.basename(file));
  return names.filter(
    (name, index) =>
      !/^\d{3}_[a-z_]+\.sql$/.test(name) || names.findIndex((n) => n.slice(0, 3) === name.slice(0, 3)) < index,
  );
}
