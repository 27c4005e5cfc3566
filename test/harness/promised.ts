/**
 * Every answer that any test gets is held against the contract, whatever the test is about: its status, its fields
 * and, where it is a "no", that the endpoint may say it.
 */
import assert from 'node:assert/strict';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { contract, refusalsOf, type Endpoint } from '../../src/contract.ts';
import { problemFields } from '../../src/hall/openapi.ts';
import { refusals, type RefusalCode } from '../../src/refusals.ts';

interface Promised {
  readonly name: string;
  readonly method: string;
  readonly path: RegExp;
  readonly endpoint: Endpoint;
  readonly codes: ReadonlySet<string>;
}

/** Those of any request: the path led nowhere, the body was no JSON or too much. */
const anywhere: readonly RefusalCode[] = ['NOT_FOUND', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];
const all = Object.entries<Endpoint>(contract).map(([name, endpoint]): Promised => ({
  name,
  method: endpoint.method,
  path: new RegExp(`^${endpoint.url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
  endpoint,
  codes: new Set([...refusalsOf(endpoint), ...anywhere]),
}));
const common = new Set(['type', 'title', 'status', 'detail', 'code']);
const checks = new Map<TSchema, ReturnType<typeof Compile>>();

function assertFits(schema: TSchema, body: unknown, what: string): void {
  const check = checks.get(schema) ?? Compile(schema);
  checks.set(schema, check);
  if (!check.Check(body)) assert.fail(`${what}: ${JSON.stringify(check.Errors(body).slice(0, 3))}`);
  if (!('properties' in schema) || typeof body !== 'object' || body === null) return;
  const untold = Object.keys(body).filter((field) => !(field in (schema.properties as object)));
  assert.deepEqual(untold, [], `${what} answers what the contract does not tell`);
}

function assertReply({ name, endpoint }: Promised, status: number, body: unknown): void {
  assert(status in endpoint.replies, `${name} ${status}`);
  const schema = endpoint.replies[status] ?? undefined;
  const isJson = endpoint.stream === undefined && endpoint.media === undefined && endpoint.url !== '/metrics';
  if (schema !== undefined && isJson) assertFits(schema, body, `${name} ${status}`);
}

function assertRefusal({ name, codes }: Promised, status: number, problem: Readonly<Record<string, unknown>>): void {
  const code = problem['code'] as RefusalCode;
  const what = `${name} ${status} ${code}`;
  assert(codes.has(code), `${what} is not in the contract`);
  assert.equal(status, refusals[code].status);
  const told = problemFields[code] ?? {};
  const untold = Object.keys(problem).filter((field) => !common.has(field) && !(field in told));
  assert.deepEqual(untold, [], what);
  for (const [field, schema] of Object.entries(told)) {
    if (field in problem) assertFits(schema, problem[field], `${what} ${field}`);
    else assert('~optional' in schema, `${what} without ${field}`);
  }
}

/** Fails if the contract does not promise such an answer. Requests that it knows nothing of are nobody's promise. */
export function assertPromised(
  method: string,
  url: string,
  { status, body }: { readonly status: number; readonly body: unknown },
): void {
  const { pathname } = new URL(url, 'http://any');
  const promised = all.find((one) => one.method === method && one.path.test(pathname));
  if (promised === undefined) return;
  if (status < 400) assertReply(promised, status, body);
  else assertRefusal(promised, status, body as Readonly<Record<string, unknown>>);
}
