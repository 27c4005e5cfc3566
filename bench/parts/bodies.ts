/**
 * What a body costs the server at most: at each endpoint that takes one or refuses one, as long as it is read, in the
 * shapes that are dearest. All are refused in the end, so that it is the hall and its checks that are measured; and
 * nobody, who is not even asked what it sends, beside them.
 */
import { contract, type Endpoint, type EndpointName } from '../../src/contract.ts';
import { concert_shapes, near_shapes, strange_shapes } from '../body-shapes.ts';
import { openCluster, secrets } from '../ground.ts';
import { askOnce } from '../http-line.ts';
import { inspect, type Inspector } from '../inspector.ts';
import { startService } from '../processes.ts';
import { concerts, line_inside, short_line } from '../requests.ts';
import { filled, line, performances } from '../rows.ts';
import { spread } from '../statistics.ts';
import { createCredentials, postTo } from '../wire.ts';
import type { PartRun } from './part.ts';

export interface BodyCost {
  readonly shape: string;
  /** Processor milliseconds of the server for one request: the lower quartile of the rounds. */
  readonly ms: number;
  readonly statuses: readonly number[];
}

export interface BodiesRow {
  readonly endpoint: EndpointName;
  readonly bytesMax: number;
  /** The dearest first. */
  readonly shapes: readonly BodyCost[];
  /** Of the same, announced by nobody; undefined where nobody has to be known. */
  readonly nobodyMs: number | undefined;
}

export interface Bodies {
  readonly rounds: number;
  readonly requests: number;
  readonly rows: readonly BodiesRow[];
  /** A request without a body that is answered from memory, on a connection of its own like all the others. */
  readonly plainMs: number;
  /** Answers that were no refusal. */
  readonly taken: number;
}

/** Room for `{}`, where no body belongs. */
const no_body_bytes_max = 64;
const operator = { email: 'operator@maejin.example', password: 'a password that only a benchmark knows' };

interface Field {
  readonly port: number;
  readonly inspector: Inspector;
  readonly requests: number;
  readonly headersFor: (endpoint: Endpoint) => string;
}

interface Task {
  readonly endpoint: EndpointName;
  readonly shape: string;
  readonly request: Buffer;
  readonly ms: number[];
  readonly statuses: Set<number>;
}

const nobody = 'nobody';

export async function measureBodies(run: PartRun): Promise<Bodies> {
  const { quick, signal, say } = run;
  const [rounds, requests] = quick ? [1, 4] : [7, 10];
  await using cluster = await openCluster(run);
  const databaseUrl = await cluster.create('bodies');
  await filled(databaseUrl, async (sql) => {
    await line(sql, concerts.short, { inside: line_inside, waiting: short_line, graceSeconds: 86_400 });
    await performances(sql, concerts.short, [50]);
  });
  const environment = { ADMIN_EMAIL: operator.email, ADMIN_PASSWORD: operator.password };
  const { folder } = cluster;
  await using service = await startService({
    name: 'bodies',
    folder,
    databaseUrl,
    secrets,
    environment,
    inspected: true,
  });
  if (service.inspector === undefined) throw new Error('the service has no inspector');
  const inspector = await inspect(service.inspector);
  const { port } = service;
  const field: Field = { port, inspector, requests, headersFor: await credentials(port) };
  const tasks = tasksOf(field);
  const plain = taskOf('healthz', 'plain', Buffer.from('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'));
  // The first time round, code is compiled.
  for (let round = -1; round < rounds && !signal.aborted; round++) {
    for (const task of [...tasks, plain]) await measureTask(field, task, round >= 0);
    say(`  round ${round + 1} of ${rounds}`);
  }
  inspector.close();
  return {
    rounds,
    requests,
    rows: rowsOf(tasks),
    plainMs: low(plain.ms),
    taken: tasks.filter(({ statuses }) => [...statuses].some((status) => status < 400)).length,
  };
}

async function measureTask({ port, inspector, requests }: Field, task: Task, counts: boolean): Promise<void> {
  const before = await inspector.processorSeconds();
  for (let index = 0; index < requests; index++) task.statuses.add((await askOnce(port, task.request)).status);
  const seconds = (await inspector.processorSeconds()) - before;
  if (counts) task.ms.push((seconds / requests) * 1_000);
}

/** A fan who is inside, and an operator. */
async function credentials(port: number): Promise<Field['headersFor']> {
  const { place, bearer } = createCredentials(secrets);
  const signedIn = await askOnce(port, postTo('/api/auth/sign-in/email', '', JSON.stringify(operator)));
  const { token } = JSON.parse(signedIn.body) as { token: string };
  const headers: Record<Endpoint['needs'], string> = {
    nobody: '',
    bearer: bearer('bench-bodies'),
    charger: bearer('bench-bodies'),
    operator: `Authorization: Bearer ${token}\r\n`,
    queueToken: place(concerts.short, 1),
    admitted: place(concerts.short, 1),
  };
  return ({ needs }) => headers[needs];
}

/** What else runs on the machine can only add to the time that a processor takes. */
function low(values: readonly number[]): number {
  return spread(values).low;
}

function taskOf(endpoint: EndpointName, shape: string, request: Buffer): Task {
  return { endpoint, shape, request, ms: [], statuses: new Set() };
}

function tasksOf({ headersFor }: Field): Task[] {
  return (Object.keys(contract) as EndpointName[]).flatMap((name) => {
    const endpoint: Endpoint = contract[name];
    if (endpoint.method === 'GET') return [];
    const most = endpoint.bodyBytesMax ?? no_body_bytes_max;
    const shapes = Object.entries({
      ...strange_shapes,
      ...(endpoint.body === undefined ? {} : near_shapes),
      ...(name === 'createConcert' ? concert_shapes : {}),
    });
    const own = shapes.map(([shape, bodyOf]) =>
      taskOf(name, shape, requestOf(endpoint, headersFor(endpoint), bodyOf(most))),
    );
    if (endpoint.needs === 'nobody') return own;
    return [...own, taskOf(name, nobody, requestOf(endpoint, '', strange_shapes['unknown fields'](most)))];
  });
}

/** With a key that is none where one may be, which is seen only when all of the body was found to be in order. */
function requestOf({ method, url, headers: keyed }: Endpoint, headers: string, body: string): Buffer {
  const path = url.replace(':concertId', concerts.short).replace(':id', `${concerts.short}-x`);
  const key = keyed === undefined ? '' : 'Idempotency-Key: two words\r\n';
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`;
  return Buffer.from(`${head}${headers}${key}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function rowsOf(tasks: readonly Task[]): BodiesRow[] {
  return [...Map.groupBy(tasks, ({ endpoint }) => endpoint)].map(([endpoint, own]) => {
    const costs = own.map(({ shape, ms, statuses }) => ({ shape, ms: low(ms), statuses: [...statuses] }));
    const { bodyBytesMax = no_body_bytes_max }: Endpoint = contract[endpoint];
    return {
      endpoint,
      bytesMax: bodyBytesMax,
      shapes: costs.filter(({ shape }) => shape !== nobody).toSorted((one, other) => other.ms - one.ms),
      nobodyMs: costs.find(({ shape }) => shape === nobody)?.ms,
    };
  });
}
