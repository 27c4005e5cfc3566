/**
 * Statements that travel together: one write, one answer at their end, and outside of `begin` one transaction, which is
 * committed by that end. All of them are carried out or none. PostgreSQL describes the columns of a statement once, when it
 * is prepared. To the driver this is a query that somebody else wrote, as cursors and streams are to it.
 */
import type { Connection, FieldDef, Submittable } from 'pg';
import { faultOf } from './failures.ts';
import type { Ready, Row, Rows, Settle } from './statements.ts';
import { readerOf } from './values.ts';

/** A statement, and whom to tell what became of it. */
export interface Asked {
  readonly ready: Ready;
  readonly settle: Settle;
}

/** What the rows of a statement consist of; no columns: it answers none. */
interface Columns {
  readonly names: readonly string[];
  readonly readers: readonly ((text: string) => unknown)[];
  /** A row with all of its columns, so that every row has the same shape. */
  readonly empty: Row;
}

const none: Columns = { names: [], readers: [], empty: {} };

/** The statements that one connection has prepared, by their names. */
export type Prepared = Map<string, Columns>;

interface Answer {
  readonly rows: Row[];
  columns: Columns;
  /** As PostgreSQL puts it: the command, and how many rows it met. */
  tag: string;
}

/** All are settled at once: with their rows when the end has come, which may be a commit, or with the one error. */
export class Flight implements Submittable {
  readonly #asked: Asked[];
  readonly #prepared: Prepared;
  /** Prepared by this flight: relied upon by others when it has arrived. */
  readonly #preparing: Prepared = new Map();
  readonly #answers: Answer[] = [];
  #coming: Answer | undefined;
  #isSent = false;

  constructor(asked: readonly Asked[], prepared: Prepared) {
    this.#asked = [...asked];
    this.#prepared = prepared;
  }

  /** Takes one more along, if that can be: it has not left, and neither is a text of several statements. */
  take(asked: Asked): boolean {
    if (this.#isSent || this.#asked[0]?.ready.values === undefined || asked.ready.values === undefined) return false;
    this.#asked.push(asked);
    return true;
  }

  submit(connection: Connection): void {
    this.#isSent = true;
    const [first] = this.#asked;
    if (first?.ready.values === undefined) {
      connection.query(first?.ready.text ?? '');
      return;
    }
    const { stream } = connection;
    stream.cork();
    for (const { ready } of this.#asked) this.#send(connection, ready);
    connection.sync();
    stream.uncork();
  }

  #send(connection: Connection, { name = '', text, values = [] }: Ready): void {
    if (this.#columnsOf(name) === undefined) {
      // An earlier try may have prepared it before something else failed. What is not there may be closed too.
      if (name !== '') connection.close({ type: 'S', name }, true);
      connection.parse({ name, text, types: [] }, true);
      connection.describe({ type: 'S', name }, true);
      if (name !== '') this.#preparing.set(name, none);
    }
    connection.bind({ statement: name, values }, true);
    connection.execute(null, true);
  }

  #columnsOf(name: string): Columns | undefined {
    return this.#prepared.get(name) ?? this.#preparing.get(name);
  }

  #name(): string {
    return this.#asked[this.#answers.length]?.ready.name ?? '';
  }

  #answer(): Answer {
    this.#coming ??= { rows: [], columns: this.#columnsOf(this.#name()) ?? none, tag: '' };
    return this.#coming;
  }

  handleRowDescription({ fields }: { readonly fields: readonly FieldDef[] }): void {
    const columns = columnsOf(fields);
    const name = this.#name();
    if (name !== '') this.#preparing.set(name, columns);
    this.#answer().columns = columns;
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const { rows, columns } = this.#answer();
    rows.push(rowOf(fields, columns));
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const answer = this.#answer();
    answer.tag = text;
    this.#answers.push(answer);
    this.#coming = undefined;
  }

  /** Of a text without a statement in it. */
  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  /** The end: what was outside of `begin` is committed. */
  handleReadyForQuery(): void {
    for (const [name, columns] of this.#preparing) this.#prepared.set(name, columns);
    const [first] = this.#asked;
    if (first?.ready.values === undefined) {
      // Of several statements sent as one text, the last.
      first?.settle(undefined, rowsOf(this.#answers.at(-1)));
      return;
    }
    for (const [at, { settle }] of this.#asked.entries()) settle(undefined, rowsOf(this.#answers[at]));
  }

  /** Nothing of it stands, unless it was cut off at its end. Told with a code, whatever the driver says. */
  handleError(error: unknown): void {
    const fault = faultOf(error);
    for (const { settle } of this.#asked) settle(fault);
  }

  /** Nobody here copies. */
  handleCopyInResponse(connection: Connection): void {
    connection.end();
  }

  handleCopyData(): void {}
}

function columnsOf(fields: readonly FieldDef[]): Columns {
  const names = fields.map(({ name }) => name);
  return {
    names,
    readers: fields.map(({ dataTypeID }) => readerOf(dataTypeID)),
    empty: Object.fromEntries(names.map((name) => [name, null])),
  };
}

function rowOf(fields: readonly (string | null)[], { names, readers, empty }: Columns): Row {
  const row: Record<string, unknown> = { ...empty };
  for (let at = 0; at < names.length; at++) {
    const text = fields[at];
    if (typeof text === 'string') row[names[at] ?? ''] = readers[at]?.(text);
  }
  return row;
}

function rowsOf(answer: Answer | undefined): Rows<Row[]> {
  const { rows, tag } = answer ?? { rows: [], tag: '' };
  // `INSERT 0 5`, `UPDATE 5`, `COMMIT`.
  const end = tag.indexOf(' ');
  const command = end === -1 ? tag : tag.slice(0, end);
  return Object.assign(rows, { count: end === -1 ? 0 : Number(tag.slice(tag.lastIndexOf(' ') + 1)) || 0, command });
}
