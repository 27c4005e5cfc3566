/**
 * How long a request may take, and how many may ask the database by themselves: whatever an endpoint waits for, it is
 * answered within 5 s. What has a lane is bounded there; lists, look-ups and figures ask without one, so no more of
 * them are under way than the database can take at once, and who was told in the meantime never gets there.
 */
import { contract, type App, type Endpoint, type EndpointName } from '../contract.ts';
import { createFewAtOnce } from '../platform/few-at-once.ts';
import { inTime } from '../platform/in-time.ts';

const at_once_max = 100;
const waiting_max = 2_000;
/** They look at every row there is, or write a million: told before their connection is cut for its silence (60 s). */
const thorough: ReadonlySet<EndpointName> = new Set<EndpointName>(['getAudit', 'createConcert']);
const thorough_ms_max = 55_000;

/** A gateway is asked meanwhile, and fans are told after 8 s at the latest; what they are told is written down behind that. */
const atGateways: ReadonlySet<EndpointName> = new Set<EndpointName>(['createChargeOrder', 'confirmChargeOrder']);
const gateway_ms_max = 15_000;

/** Bounds the handlers of the endpoints that are mounted from now on. Answers how to see how many reads are under way. */
export function boundReads(app: App): () => number {
  const few = createFewAtOnce({ name: 'reads', atOnce: at_once_max, waitingMax: waiting_max });
  app.addHook('onRoute', (options) => {
    const name = options.config?.endpoint;
    if (name === undefined || boundsItself(name)) return;
    const { handler } = options;
    const msMax = thorough.has(name) ? thorough_ms_max : atGateways.has(name) ? gateway_ms_max : undefined;
    options.handler = asksByItself(name)
      ? function counted(request, reply) {
          return few.run(async () => handler.call(this, request, reply));
        }
      : function timed(request, reply) {
          const answer: unknown = handler.call(this, request, reply);
          return answer instanceof Promise ? inTime(answer, msMax) : answer;
        };
  });
  return () => few.underWay;
}

/** Streams and files go on for as long as they are read; signing in has a line of its own. */
function boundsItself(name: EndpointName): boolean {
  const { stream, media, outside }: Endpoint = contract[name];
  return stream !== undefined || media !== undefined || outside === true;
}

function asksByItself(name: EndpointName): boolean {
  const { method, needs }: Endpoint = contract[name];
  return method === 'GET' && (needs === 'bearer' || needs === 'operator') && !thorough.has(name);
}
