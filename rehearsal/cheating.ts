/** Those who would rather not wait: forged tokens, direct links past the line, one seat asked for again and again. */
import { createHmac } from 'node:crypto';
import type { Stage, Visit } from './stage.ts';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An HS256 token over these claims. */
export function signToken(claims: object, secret: string): string {
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** A queue token for the first place in line: signed by nobody, by somebody else, and with one's own signature. */
export async function showForgedTokens({ office, concert }: Stage, visit: Visit): Promise<void> {
  const { queueToken = 'a.b.c', persona, fan } = visit;
  const claims = { c: concert.id, u: 'somebody', e: 1 };
  const [head = '', , signature = ''] = queueToken.split('.');
  const forgedToken = persona.random.pick([
    signToken(claims, 'guessed'),
    `${part({ alg: 'none' })}.${part(claims)}.`,
    `${head}.${part(claims)}.${signature}`,
  ]);
  const [performance = ''] = concert.performanceIds;
  const stranger = signToken({ sub: `r-${fan}`, exp: 4_000_000_000 }, 'guessed');
  await Promise.all([
    office.status(visit, { forgedToken }),
    office.hold(visit, performance, [1], { forgedToken }),
    office.charge(visit, `forged-${fan}`, 1_000_000, { forgedToken: stranger }),
  ]);
}

/** Straight to the dates, the seats, a hold and a payment, with a place in line that is still waiting. */
export async function jumpTheQueue({ office, concert, pauses }: Stage, visit: Visit): Promise<void> {
  const performance = visit.persona.random.pick(concert.performanceIds);
  await office.performances(visit, concert.id);
  await office.seats(visit, performance);
  await office.pay(visit, `jump-${visit.fan}-${visit.persona.random.below(1e9)}`, {
    id: `${concert.id}-0`,
    amount: 0,
  });
  await pauses.pause(50);
}

/** One seat, many times, some at once. What is won by it is as good as any hold. */
export async function hammer({ office, concert }: Stage, visit: Visit): Promise<void> {
  const performance = concert.performanceIds[0] ?? '';
  const seat = 1 + visit.persona.random.below(Math.min(10, concert.seatsPerPerformance));
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all([1, 2, 3, 4].map(() => office.hold(visit, performance, [seat])));
    const won = answers.find(({ status }) => status === 201);
    if (won !== undefined) await office.cancel(visit, String(won.json['id']));
  }
}
