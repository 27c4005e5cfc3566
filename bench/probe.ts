/** One request by hand: what the service answers is what the bare server then has to answer too. */
import type { BareAnswer } from './bare.ts';
import { askOnce } from './http-line.ts';

/** Sends the bytes and resolves with the answer. Rejects if it is not a 2xx. */
export async function probe(port: number, request: Buffer): Promise<BareAnswer> {
  const answer = await askOnce(port, request);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(answer.status === 0 ? 'no answer' : `the service answered ${answer.status} ${answer.body}`);
}
