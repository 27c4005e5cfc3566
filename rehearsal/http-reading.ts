/** Reading one answer of HTTP/1.1 off a connection: by its length, in chunks, or until the connection ends. */
export interface Reading {
  /** Takes the next bytes; true if with them the answer is complete. */
  take(bytes: Buffer): boolean;
  /** The connection ended; true if that completes the answer. */
  ended(): boolean;
  answer(): { status: number; body: Buffer; keepAlive: boolean; header(name: string): string | undefined };
  /** What came behind the answer. */
  rest(): Buffer | undefined;
}

const head_end = Buffer.from('\r\n\r\n');
const line_end = Buffer.from('\r\n');

export function createReading(first?: Buffer): Reading {
  let pieces: Buffer[] = first === undefined || first.length === 0 ? [] : [first];
  let size = first?.length ?? 0;
  let head = '';
  let bodyAt = 0;
  /** Bytes of the body; -1 chunked, -2 until the end of the connection. */
  let length = 0;
  let body: Buffer = Buffer.alloc(0);
  let rest: Buffer | undefined;

  const whole = (): Buffer => {
    const [only] = pieces;
    if (pieces.length === 1 && only !== undefined) return only;
    const joined = Buffer.concat(pieces);
    pieces = [joined];
    return joined;
  };

  const readHead = (): boolean => {
    const bytes = whole();
    const end = bytes.indexOf(head_end);
    if (end === -1) return false;
    head = bytes.toString('latin1', 0, end);
    bodyAt = end + head_end.length;
    const status = Number(head.slice(9, 12));
    const given = headerOf(head, 'content-length');
    if (status === 204 || status === 304) length = 0;
    else if (given !== undefined) length = Number(given);
    else length = headerOf(head, 'transfer-encoding')?.includes('chunked') === true ? -1 : -2;
    return true;
  };

  const readBody = (): boolean => {
    if (length === -2) return false;
    if (length === -1) return readChunks();
    if (size < bodyAt + length) return false;
    const bytes = whole();
    body = bytes.subarray(bodyAt, bodyAt + length);
    rest = bytes.subarray(bodyAt + length);
    return true;
  };

  const readChunks = (): boolean => {
    const bytes = whole();
    const chunks: Buffer[] = [];
    for (let at = bodyAt; ;) {
      const end = bytes.indexOf(line_end, at);
      if (end === -1) return false;
      const chunk = Number.parseInt(bytes.toString('latin1', at, end), 16);
      const from = end + line_end.length;
      if (bytes.length < from + chunk + line_end.length) return false;
      if (chunk === 0) {
        body = Buffer.concat(chunks);
        rest = bytes.subarray(from + line_end.length);
        return true;
      }
      chunks.push(bytes.subarray(from, from + chunk));
      at = from + chunk + line_end.length;
    }
  };

  return {
    take: (bytes) => {
      pieces.push(bytes);
      size += bytes.length;
      return (head !== '' || readHead()) && readBody();
    },
    ended: () => {
      if (head === '' || length !== -2) return false;
      body = whole().subarray(bodyAt);
      return true;
    },
    answer: () => ({
      status: Number(head.slice(9, 12)),
      body,
      keepAlive: length !== -2 && headerOf(head, 'connection')?.toLowerCase() !== 'close',
      header: (name) => headerOf(head, name),
    }),
    rest: () => rest,
  };
}

function headerOf(head: string, name: string): string | undefined {
  const found = new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head);
  return found?.[1];
}
