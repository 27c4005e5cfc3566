/** A list that comes page by page: the first when it appears, the next when asked for. */
import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { asProblem, type Problem } from '../../client/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Refused } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { say } from '../../words/words.ts';

const words = { ko: { more: '더 보기' }, en: { more: 'Show more' } };

export interface PagesProps<Row, Beside> {
  /** What is asked for, as text: another question starts from the beginning. */
  readonly asked: string;
  readonly read: (cursor: string | undefined, stop?: AbortSignal) => Promise<ListPage<Row, Beside>>;
  readonly children: (rows: readonly Row[], beside: Beside | undefined) => ComponentChildren;
}

export interface ListPage<Row, Beside = undefined> {
  readonly rows: readonly Row[];
  readonly nextCursor: string | null;
  /** What comes with the first page. */
  readonly beside?: Beside | undefined;
}

export function PagesOf<Row, Beside = undefined>({ asked, read, children }: PagesProps<Row, Beside>) {
  const load = useLoad(asked, (stop) => read(undefined, stop));
  return (
    <Loaded of={load} skeleton={<Skeleton height="14rem" />}>
      {(first) => (
        <Rest key={asked} first={first} read={read}>
          {children}
        </Rest>
      )}
    </Loaded>
  );
}

function Rest<Row, Beside>({
  first,
  read,
  children,
}: Omit<PagesProps<Row, Beside>, 'asked'> & { readonly first: ListPage<Row, Beside> }) {
  const page = useSignal<Omit<ListPage<Row>, 'beside'>>(first);
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const more = async (): Promise<void> => {
    busy.value = true;
    problem.value = undefined;
    try {
      const { rows } = page.value;
      const next = await read(page.value.nextCursor ?? undefined);
      page.value = { rows: [...rows, ...next.rows], nextCursor: next.nextCursor };
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };
  return (
    <div class="stack">
      {children(page.value.rows, first.beside)}
      {problem.value !== undefined && <Refused problem={problem.value} />}
      {page.value.nextCursor !== null && (
        <div>
          <Button kind="plain" size="small" busy={busy.value} onPress={() => void more()}>
            {say(words).more}
          </Button>
        </div>
      )}
    </div>
  );
}
