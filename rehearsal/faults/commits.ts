/** Where a commit stands in what the service says to PostgreSQL on one connection, and what it is the commit of. */

/** The kinds of messages that name a statement, and how much of their body stands before the name; here no portal has one. */
const before_name: Readonly<Record<string, number>> = { C: 1, P: 0, B: 1 };
const head_bytes = 5;

interface Message {
  readonly kind: string;
  readonly at: number;
  /** Of a statement, where it names one. */
  readonly name: string | undefined;
  /** Of one that is prepared. */
  readonly text: string | undefined;
}

export interface Commit {
  /** Where it begins in the piece. */
  readonly at: number;
  /** The statements that it is the commit of. */
  readonly statements: readonly string[];
}

/**
 * Answers of each piece the commit that begins in it, if there is one: the statement of that name, or, of several statements
 * outside of a transaction, the end of their flight. A piece that does not begin with a message has none that is known.
 */
export function followCommits(): (piece: Buffer) => Commit | undefined {
  let isBegun = false;
  let bound: string[] = [];
  const texts = new Map<string, string>();
  const statementsOf = (names: readonly string[]): string[] => names.map((name) => texts.get(name) ?? name);
  return (piece) => {
    const messages = [...messagesOf(piece)];
    for (const { name = '', text } of messages) if (text !== undefined) texts.set(name, text);
    const names = messages.flatMap(({ kind, name = '' }) => (kind === 'B' ? [name] : []));
    const isFlight = !isBegun && !names.includes('begin') && names.length > 1;
    bound = isBegun ? [...bound, ...statementsOf(names)] : statementsOf(names);
    const last = names.findLast((name) => /^(begin|commit|rollback)$/.test(name));
    isBegun = last === undefined ? isBegun : last === 'begin';
    // On a connection's first commit it is prepared in the same piece, which may fail like it.
    const isEnd = ({ name, kind }: Message): boolean => name === 'commit' || (isFlight && kind === 'S');
    const at = messages.find(isEnd)?.at;
    return at === undefined ? undefined : { at, statements: bound };
  };
}

function* messagesOf(piece: Buffer): Generator<Message> {
  for (let at = 0; at + head_bytes <= piece.length;) {
    const kind = String.fromCharCode(piece[at] ?? 0);
    const end = at + 1 + piece.readUInt32BE(at + 1);
    const skipped = before_name[kind];
    const body = piece.toString('latin1', at + head_bytes, end);
    const [name, text] = skipped === undefined ? [] : body.slice(skipped).split('\0', 2);
    yield { kind, at, name, text: kind === 'P' ? text : undefined };
    at = end;
  }
}
