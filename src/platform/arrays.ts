/**
 * The arrays that our statements carry, one dimension each. The driver would ask every new connection for the numbers
 * of all array types: a round trip, and if the connection is lost at that moment, a failure that nobody can catch.
 * The numbers are PostgreSQL's own and never change.
 */
interface ArrayType<T> {
  readonly to: number;
  readonly from: number[];
  parse(text: string): (T | null)[];
  serialize(values: readonly (T | null)[]): string;
}

export const arrayTypes = {
  int4Array: arrayOf(1007, Number),
  int8Array: arrayOf(1016, Number),
  textArray: arrayOf(1009, String, quoted),
};

function arrayOf<T>(oid: number, read: (text: string) => T, write: (value: T) => string = String): ArrayType<T> {
  return {
    to: oid,
    from: [oid],
    parse: (text) => elementsOf(text).map((element) => (element === null ? null : read(element))),
    serialize: (values) => `{${values.map((value) => (value === null ? 'NULL' : write(value))).join(',')}}`,
  };
}

/** Ids and keys hardly ever need it: looking first costs 0.03 µs a text, replacing 0.7. */
const special = /["\\]/;

function quoted(text: string): string {
  if (!special.test(text)) return `"${text}"`;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`;
}

/** The elements of `{1,NULL,"a \"b\""}`. */
function elementsOf(text: string): (string | null)[] {
  const elements = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|[^",]+/gs);
  return [...elements].map(([plain, inQuotes]) => {
    if (inQuotes !== undefined) return inQuotes.replaceAll(/\\(.)/gs, '$1');
    return plain === 'NULL' ? null : plain;
  });
}
