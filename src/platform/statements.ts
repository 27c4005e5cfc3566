/**
 * SQL as tagged templates: what stands between the braces is a value that travels beside the text, another template
 * (then it is part of the text), or the name of a table. A statement is sent when it is awaited, or by `execute`.
 */
import { escapeIdentifier } from 'pg';
import { type Value, written } from './values.ts';

export interface Row {
  // What a statement without a type of its own answers, mostly in tests.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly [column: string]: any;
}

/** Rows, and how many of them the statement met: also where it returns none. */
export type Rows<R extends readonly unknown[]> = R & { readonly count: number; readonly command: string };

/** Not sent until it is awaited or executed; in another template it is a part of that. */
export interface Statement<R extends readonly unknown[]> extends Promise<Rows<R>> {
  /** Sends it now. Whoever awaits it, now or later, hears what became of it; if nobody does, its failure is no news. */
  execute(): this;
}

/** A table or a column by its name. */
export interface Name {
  readonly quotedName: string;
}

export type Part = Value | Name | Statement<readonly unknown[]>;

export interface Sql {
  (name: string): Name;
  <R extends readonly unknown[] = Row[]>(strings: TemplateStringsArray, ...parts: readonly Part[]): Statement<R>;
  /** Text as it is, and `$1`, `$2` in it. Without values it may be several statements. `prepare`: it comes again. */
  unsafe<R extends readonly unknown[] = Row[]>(
    text: string,
    values?: readonly Value[],
    options?: { readonly prepare?: boolean },
  ): Statement<R>;
}

/** What goes to PostgreSQL. */
export interface Ready {
  readonly text: string;
  /** Undefined: by the simple protocol, which takes several statements at once. */
  readonly values: (string | Buffer | null)[] | undefined;
  /** Under which a connection keeps it prepared. */
  readonly name: string | undefined;
}

export type Settle = (error: unknown, rows?: Rows<Row[]>) => void;
/** Sends a statement and settles exactly once, never within the call. */
export type Send = (ready: Ready, settle: Settle) => void;

/** The tag whose statements are sent by `send`. */
export function sqlBy(send: Send): Sql {
  const tag = (strings: TemplateStringsArray | string, ...parts: readonly Part[]): Name | Pending =>
    typeof strings === 'string'
      ? { quotedName: escapeIdentifier(strings) }
      : new Pending(send, () => readyOf(strings, parts), { strings, parts });
  const unsafe = (text: string, values?: readonly Value[], { prepare = false } = {}): Pending =>
    new Pending(send, () => ({
      text,
      values: values === undefined && !prepare ? undefined : (values ?? []).map(written),
      name: prepare ? nameOf(text) : undefined,
    }));
  return Object.assign(tag, { unsafe }) as unknown as Sql;
}

/** A statement that is sent in another way than by awaiting it. */
export function toReady(statement: Statement<readonly unknown[]>): Ready {
  if (statement instanceof Pending) return statement.ready();
  throw new TypeError('only what an sql tag made is a statement');
}

interface Template {
  readonly strings: TemplateStringsArray;
  readonly parts: readonly Part[];
}

class Pending implements Promise<Rows<Row[]>> {
  readonly [Symbol.toStringTag] = 'Statement';
  readonly #send: Send;
  readonly ready: () => Ready;
  /** Undefined where the text was given as it is. */
  readonly template: Template | undefined;
  #answer: Promise<Rows<Row[]>> | undefined;

  constructor(send: Send, ready: () => Ready, template?: Template) {
    this.#send = send;
    this.ready = ready;
    this.template = template;
  }

  execute(): this {
    void this.#sent();
    return this;
  }

  #sent(): Promise<Rows<Row[]>> {
    if (this.#answer !== undefined) return this.#answer;
    this.#answer = new Promise((resolve, reject) => {
      this.#send(this.ready(), (error, rows) => {
        if (rows === undefined) reject(error);
        else resolve(rows);
      });
    });
    this.#answer.catch(() => undefined);
    return this.#answer;
  }

  // A statement is to be awaited: that is what it has `then` for.
  // oxlint-disable-next-line unicorn/no-thenable
  then<A = Rows<Row[]>, B = never>(
    answered?: ((rows: Rows<Row[]>) => A | PromiseLike<A>) | null,
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#sent().then(answered, failed);
  }

  catch<B = never>(failed?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<Rows<Row[]> | B> {
    return this.#sent().catch(failed);
  }

  finally(done?: (() => void) | null): Promise<Rows<Row[]>> {
    return this.#sent().finally(done);
  }
}

/** Texts without parts in them, by the place in the source that they stand at. */
const known = new WeakMap<TemplateStringsArray, Pick<Ready, 'text' | 'name'>>();

function readyOf(strings: TemplateStringsArray, parts: readonly Part[]): Ready {
  const values: (string | Buffer | null)[] = [];
  if (parts.some(isOfTheText)) {
    const text = textOf({ strings, parts }, values);
    return { text, values, name: nameOf(text) };
  }
  for (const part of parts) values.push(valueOf(part));
  let found = known.get(strings);
  if (found === undefined) {
    const text = strings.reduce((before, after, at) => `${before}$${at}${after}`);
    found = { text, name: nameOf(text) };
    known.set(strings, found);
  }
  return { text: found.text, values, name: found.name };
}

function isOfTheText(part: Part): part is Name | Statement<readonly unknown[]> {
  return typeof part === 'object' && part !== null && (part instanceof Pending || 'quotedName' in part);
}

/** The whole text; values are put on `values` as they are met. */
function textOf({ strings, parts }: Template, values: (string | Buffer | null)[]): string {
  let text = strings[0] ?? '';
  for (const [at, part] of parts.entries()) {
    if (part instanceof Pending) text += textOfPart(part, values);
    else if (isOfTheText(part)) text += (part as Name).quotedName;
    else text += `$${values.push(valueOf(part))}`;
    text += strings[at + 1] ?? '';
  }
  return text;
}

function textOfPart({ template }: Pending, values: (string | Buffer | null)[]): string {
  if (template === undefined) throw new TypeError('only a template can be part of another one');
  return textOf(template, values);
}

function valueOf(part: Part | undefined): string | Buffer | null {
  if (part === undefined) throw new TypeError('undefined is no value of a statement: NULL is null');
  return written(part as Value);
}

const names = new Map<string, string>();
/** Ours are some hundreds. What a connection keeps prepared costs PostgreSQL memory, so more are not. */
const names_max = 2_000;

function nameOf(text: string): string | undefined {
  const found = names.get(text);
  if (found !== undefined || names.size >= names_max) return found;
  const name = `s${names.size}`;
  names.set(text, name);
  return name;
}
