/** A list that comes in pages: what is known of it, and the button for the next ones. */
import { useSignal } from '@preact/signals';
import { asProblem, type Problem } from '../client/problem.ts';
import { Button } from '../ui/button.tsx';
import { Refused } from '../ui/notice.tsx';
import { say } from '../words/words.ts';

const words = { ko: { more: '더 보기' }, en: { more: 'Show more' } };

export interface Part<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface Paged<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  next(): void;
}

/** Begins with `first`; a component that is given another `first` needs another key. */
export function usePaged<T>(first: Part<T>, ask: (cursor: string) => Promise<Part<T>>): Paged<T> {
  const shown = useSignal(first);
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const next = async (): Promise<void> => {
    busy.value = true;
    problem.value = undefined;
    try {
      const { items, nextCursor } = await ask(shown.value.nextCursor ?? '');
      shown.value = { items: [...shown.value.items, ...items], nextCursor };
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };
  return {
    items: shown.value.items,
    hasMore: shown.value.nextCursor !== null,
    busy: busy.value,
    problem: problem.value,
    next: () => void next(),
  };
}

export function More({ of }: { readonly of: Paged<unknown> }) {
  return (
    <>
      {of.problem !== undefined && <Refused problem={of.problem} />}
      {of.hasMore && (
        <Button kind="plain" size="small" busy={of.busy} onPress={of.next}>
          {say(words).more}
        </Button>
      )}
    </>
  );
}
