/**
 * Cancelling once. What is asked for (these seats, for this refund, to there) has a key until somebody has said what became of
 * it; whatever was said, the reservation itself tells whether the seats are still the fan's.
 */
import { useSignal, type Signal } from '@preact/signals';
import { askOnce } from '../../client/keys.ts';
import { asProblem, type Problem } from '../../client/problem.ts';
import type { Load } from '../../ui/load.tsx';
import { afterwards, type Cancelling, type Sums } from './known.ts';
import type { Way } from './where.tsx';

export interface Wish extends Pick<Sums, 'refund'> {
  /** Rising. */
  readonly seatNumbers: readonly number[];
  readonly way: Way;
}

export interface Press {
  readonly busy: Signal<boolean>;
  readonly problem: Signal<Problem | undefined>;
  /** What was asked for last, and may have happened. */
  readonly wished: Signal<Wish | undefined>;
  press(wish: Wish): void;
}

/** What is shown is not how it is any more: it is asked for again. */
const changes_the_page: ReadonlySet<Problem['code']> = new Set([
  'NOT_CANCELLABLE',
  'QUOTE_CHANGED',
  'NOT_FOUND',
  'UNAUTHENTICATED',
] as const);

export function useCancelling(load: Load<Cancelling>): Press {
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const wished = useSignal<Wish | undefined>(undefined);
  const press = async (wish: Wish): Promise<void> => {
    const now = load.state.peek();
    if (busy.peek() || now.at !== 'ready') return;
    const { reservation, withdrawals } = now.data;
    busy.value = true;
    problem.value = undefined;
    wished.value = wish;
    try {
      const done = await askOnce(nameOf(reservation.id, wish), 'cancelPaid', {
        params: { id: reservation.id },
        body: { seatNumbers: [...wish.seatNumbers], refund: wish.refund, to: wish.way },
      });
      load.set({
        ...now.data,
        reservation: afterwards(reservation, done),
        withdrawals: done.withdrawal === undefined ? withdrawals : [done.withdrawal, ...withdrawals],
      });
    } catch (error) {
      const found = asProblem(error);
      problem.value = found;
      if (changes_the_page.has(found.code)) load.reload();
    }
    busy.value = false;
  };
  return { busy, problem, wished, press: (wish) => void press(wish) };
}

/** Another choice is another wish, with a key of its own. */
function nameOf(id: string, { seatNumbers, refund, way }: Wish): string {
  return `cancel:${id}:${seatNumbers.join('.')}:${refund}:${way}`;
}
