/** One wish, clicked once or in several tabs at once, and again with the same key until an answer tells what became of it. */
import type { Manner } from './box-office.ts';
import type { Heard } from './heard.ts';
import { retry_ms, tries_max, type Stage } from './stage.ts';

export interface Wish {
  /** At once, the first time. */
  readonly clicks: number;
  /** Milliseconds after which the fan cuts the first of them off. */
  readonly hastyMs?: number | undefined;
  call(manner: Manner): Promise<Heard>;
  isTold(heard: Heard): boolean;
}

/** The best of the answers that told it; undefined when it is time to go home and nobody has. */
export async function insist({ pauses, isOver }: Stage, wish: Wish): Promise<Heard | undefined> {
  for (let tries = 0; tries < tries_max; tries++) {
    const manner = tries === 0 && wish.hastyMs !== undefined ? { hastyMs: wish.hastyMs } : {};
    const answers = await Promise.all(Array.from({ length: tries === 0 ? wish.clicks : 1 }, () => wish.call(manner)));
    const told = answers.filter(wish.isTold).toSorted((one, other) => one.status - other.status);
    if (told.length > 0) return told[0];
    if (isOver()) return undefined;
    await pauses.pause(Math.max(retry_ms, answers[0]?.retryAfterMs ?? 0));
  }
  return undefined;
}

/** It was carried out, or refused for good. */
export function isDecided({ status }: Heard): boolean {
  return status > 0 && status < 500 && status !== 429;
}

/** When the rush is over, asks again with the same key: the first answer, or a decision now. */
export function resolveLater({ unresolved }: Stage, again: () => Promise<Heard>): void {
  unresolved.push(async () => isDecided(await again()));
}
