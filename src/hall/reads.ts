/**
 * Reads that ask the database by themselves, with no lane to bound them: lists, look-ups, figures. While the database
 * answers nobody they are refused in time, and no more of them pile up than it can take once it is back.
 */
import { contract, type App, type Endpoint, type EndpointName } from '../contract.ts';
import { inTime } from '../platform/in-time.ts';
import { OverloadedError } from '../platform/lane.ts';

const reads_max = 2_000;
/** They look at every row there is. */
const thorough: ReadonlySet<EndpointName> = new Set<EndpointName>(['getAudit']);

/** Bounds the handlers of the routes that are mounted from now on. Answers how to see how many reads are under way. */
export function boundReads(app: App): () => number {
  let underWay = 0;
  const ended = (): void => {
    underWay -= 1;
  };
  app.addHook('onRoute', (options) => {
    const name = options.config?.endpoint;
    if (name === undefined || !asksByItself(name)) return;
    const { handler } = options;
    options.handler = function bounded(request, reply) {
      if (underWay >= reads_max) throw new OverloadedError('reads');
      const answer: unknown = handler.call(this, request, reply);
      if (!(answer instanceof Promise)) return answer;
      underWay += 1;
      // Given up, it still counts until the database has let go of it.
      answer.then(ended, ended);
      return inTime(answer);
    };
  });
  return () => underWay;
}

function asksByItself(name: EndpointName): boolean {
  const { method, needs, stream, media }: Endpoint = contract[name];
  const isWhole = stream === undefined && media === undefined && !thorough.has(name);
  return method === 'GET' && (needs === 'bearer' || needs === 'operator') && isWhole;
}
