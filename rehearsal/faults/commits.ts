/** Where a commit stands in what the service says to PostgreSQL on one connection. */

/** The kinds of messages that name a statement, and how much of their body stands before the name; here no portal has one. */
const before_name: Readonly<Record<string, number>> = { C: 1, P: 0, B: 1 };
const head_bytes = 5;

interface Message {
  readonly kind: string;
  readonly at: number;
  /** Of a statement, where it names one. */
  readonly name: string | undefined;
}

/**
 * Answers where in each piece the commit begins, if there is one: the statement of that name, or, of several statements
 * outside of a transaction, the end of their flight. A piece that does not begin with a message has none that is known.
 */
export function followCommits(): (piece: Buffer) => number | undefined {
  let isBegun = false;
  return (piece) => {
    const messages = [...messagesOf(piece)];
    const bound = messages.filter(({ kind }) => kind === 'B').map(({ name }) => name ?? '');
    // On a connection's first commit it is prepared in the same piece, which may fail like it.
    const commit = messages.find(({ name }) => name === 'commit');
    const isFlight = !isBegun && !bound.includes('begin') && bound.length > 1;
    const last = bound.findLast((name) => /^(begin|commit|rollback)$/.test(name));
    if (last !== undefined) isBegun = last === 'begin';
    return (commit ?? (isFlight ? messages.find(({ kind }) => kind === 'S') : undefined))?.at;
  };
}

function* messagesOf(piece: Buffer): Generator<Message> {
  for (let at = 0; at + head_bytes <= piece.length;) {
    const kind = String.fromCharCode(piece[at] ?? 0);
    const end = at + 1 + piece.readUInt32BE(at + 1);
    const skipped = before_name[kind];
    const body = piece.toString('latin1', at + head_bytes, end);
    yield { kind, at, name: skipped === undefined ? undefined : body.slice(skipped).split('\0', 1)[0] };
    at = end;
  }
}
