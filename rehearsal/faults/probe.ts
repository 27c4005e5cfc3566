/** A fan who asks whether a server works: charges once, and looks whether the charge is there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { signToken } from '../cheating.ts';

export interface Probe {
  /** Resolves when its server has carried out a write, asked for again and again, or when so many seconds are over. */
  writes(secondsMax: number): Promise<void>;
  /** Reads at each of these servers, as often and at once as uses all their connections. Of each read, what it told that is not so. */
  readsAt(origins: readonly string[]): Promise<(string | undefined)[]>;
}

/** More than a server has connections to the database, twice over. */
const reads_a_server = 40;
const token_seconds = 300;

export function probeOf(origin: string, who: string, identitySecret: string): Probe {
  // A service of the operator's, which may charge also where others have to pay; its tokens are short-lived.
  const headersNow = (): Record<string, string> => {
    const iat = Math.floor(Date.now() / 1_000);
    const claims = { sub: `probe-${who}`, scope: 'wallet:charge', iat, exp: iat + token_seconds };
    return { Authorization: `Bearer ${signToken(claims, identitySecret)}` };
  };
  const charge = async (): Promise<boolean> => {
    const { status } = await fetch(`${origin}/api/v1/wallet/charges`, {
      method: 'POST',
      headers: { ...headersNow(), 'Content-Type': 'application/json', 'Idempotency-Key': 'probe' },
      body: JSON.stringify({ amount: 1 }),
      signal: AbortSignal.timeout(2_000),
    });
    return status === 201;
  };
  const read = async (from: string): Promise<string | undefined> => {
    const answer = await fetch(`${from}/api/v1/wallet`, { headers: headersNow(), signal: AbortSignal.timeout(6_000) });
    const text = await answer.text();
    const isRight = answer.status !== 200 || (JSON.parse(text) as { balance: number }).balance === 1;
    return isRight ? undefined : `${from} told ${answer.status} ${text}`;
  };
  return {
    writes: async (secondsMax) => {
      const giveUpAt = performance.now() + secondsMax * 1_000;
      while (performance.now() < giveUpAt && !(await charge().catch(() => false))) await sleep(50);
    },
    readsAt: (origins) =>
      Promise.all(
        origins.flatMap((from) =>
          Array.from({ length: reads_a_server }, () =>
            read(from).catch((error: unknown) => `${from}: ${String(error)}`),
          ),
        ),
      ),
  };
}
