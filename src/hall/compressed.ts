/** Answers that are the same for all who ask: compressed once, and not sent again to those who have them. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const compress = { br: promisify(brotliCompress), gzip: promisify(gzip) };
const brotli_quality = 5;

export interface Compressed {
  readonly plain: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
  readonly etag: string;
}

/** In the thread pool: four megabytes take a tenth of a second. */
export async function compressed(text: string): Promise<Compressed> {
  const plain = Buffer.from(text);
  const [br, zipped] = await Promise.all([brotli(plain), compress.gzip(plain)]);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { plain, br, gzip: zipped, etag };
}

/** Sends what the reader takes, or 304. The caller has set everything else; what is no 200 is always sent whole. */
export function sendCompressed(request: FastifyRequest, reply: FastifyReply, content: Compressed): FastifyReply {
  const { plain, br, gzip: zipped, etag } = content;
  reply.header('etag', `W/${etag}`);
  if (reply.statusCode === 200 && (request.headers['if-none-match'] ?? '').includes(etag))
    return reply.code(304).send();
  const encoding = encodingOf(request);
  if (encoding !== undefined) reply.header('content-encoding', encoding);
  return reply.send(encoding === 'br' ? br : encoding === 'gzip' ? zipped : plain);
}

/** The same for what is made for one reader at this moment, and never kept. */
export async function sendFreshly(request: FastifyRequest, reply: FastifyReply, text: string): Promise<FastifyReply> {
  const plain = Buffer.from(text);
  const encoding = encodingOf(request);
  if (encoding === undefined) return reply.send(plain);
  reply.header('content-encoding', encoding);
  return reply.send(encoding === 'br' ? await brotli(plain) : await compress.gzip(plain));
}

function brotli(plain: Buffer): Promise<Buffer> {
  return compress.br(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: brotli_quality } });
}

function encodingOf(request: FastifyRequest): 'br' | 'gzip' | undefined {
  const accepted = request.headers['accept-encoding'] ?? '';
  if (/\bbr\b/.test(accepted)) return 'br';
  return /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
}
