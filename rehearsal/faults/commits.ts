/** Where a commit stands in what the service says to PostgreSQL on one connection, and what it is the commit of. */

/** The kinds of messages that name a statement, and how much of their body stands before the name; here no portal has one. */
const before_name: Readonly<Record<string, number>> = { C: 1, P: 0, B: 1 };
const head_bytes = 5;

interface Message {
  readonly kind: string;
  readonly at: number;
  /** Of a statement, where it names one. */
  readonly name: string | undefined;
  /** What stands behind the name: of one that is prepared the statement, of one that is carried out its values, as they are. */
  readonly behind: string;
}

export interface Bound {
  readonly statement: string;
  readonly values: string;
}

export interface Commit {
  /** Where it begins in the piece. */
  readonly at: number;
  /** What it is the commit of. */
  readonly bound: readonly Bound[];
}

/**
 * Answers of each piece the commit that begins in it, if there is one: the statement of that name, or, of statements outside
 * of a transaction, the end of their flight, if they are several or write something. A piece that does not begin with a
 * message has none that is known.
 */
export function followCommits(): (piece: Buffer) => Commit | undefined {
  let isBegun = false;
  let bound: Bound[] = [];
  const texts = new Map<string, string>();
  return (piece) => {
    const messages = [...messagesOf(piece)];
    learn(texts, messages);
    const named = messages.flatMap(({ kind, name = '', behind }) => (kind === 'B' ? [{ name, behind }] : []));
    const news = named.map(({ name, behind }) => ({ statement: texts.get(name) ?? name, values: behind }));
    const isFlight = !isBegun && isWhole(news);
    bound = isBegun ? [...bound, ...news] : news;
    const last = named.findLast(({ name }) => /^(begin|commit|rollback)$/.test(name));
    isBegun = last === undefined ? isBegun : last.name === 'begin';
    // On a connection's first commit it is prepared in the same piece, which may fail like it.
    const isEnd = ({ name, kind }: Message): boolean => name === 'commit' || (isFlight && kind === 'S');
    const at = messages.find(isEnd)?.at;
    return at === undefined ? undefined : { at, bound };
  };
}

const writing = /\b(?:insert into|update|delete from)\b/;

/** Statements that are a transaction by themselves, and one that matters. */
function isWhole(bound: readonly Bound[]): boolean {
  if (bound.some(({ statement }) => statement === 'begin')) return false;
  return bound.length > 1 || bound.some(({ statement }) => writing.test(statement));
}

/** What is prepared is named from then on. */
function learn(texts: Map<string, string>, messages: readonly Message[]): void {
  for (const { kind, name = '', behind } of messages) {
    const [text = ''] = behind.split('\0', 1);
    if (kind === 'P') texts.set(name, text);
  }
}

function* messagesOf(piece: Buffer): Generator<Message> {
  for (let at = 0; at + head_bytes <= piece.length;) {
    const kind = String.fromCharCode(piece[at] ?? 0);
    const end = at + 1 + piece.readUInt32BE(at + 1);
    const skipped = before_name[kind];
    const body = piece.toString('latin1', at + head_bytes, end);
    const nameEnd = skipped === undefined ? -1 : body.indexOf('\0', skipped);
    yield {
      kind,
      at,
      name: nameEnd === -1 ? undefined : body.slice(skipped, nameEnd),
      behind: body.slice(nameEnd + 1),
    };
    at = end;
  }
}
