/** Says what will happen, and does it when that is confirmed. A real dialog: it takes the focus and gives it back. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { asProblem, type Problem } from '../../client/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Refused } from '../../ui/notice.tsx';
import { say } from '../../words/words.ts';

const words = { ko: { cancel: '취소' }, en: { cancel: 'Cancel' } };

export interface ConfirmProps {
  readonly title: string;
  /** What the button says: the deed itself, never "OK". */
  readonly deed: string;
  /** What the other button says, where “cancel” would be the deed itself. */
  readonly leave?: string;
  /** The effect, in sentences. */
  readonly children: ComponentChildren;
  /** Does it; the dialog stays open until it is done, and shows why it was refused. False: not done, stay open. */
  readonly onConfirm: () => Promise<boolean | void>;
  /** Confirmed and done, or cancelled: the caller takes the dialog away. */
  readonly onClose: () => void;
  /** Shows a refusal itself and answers true; others are shown as usual. */
  readonly onRefused?: (problem: Problem) => boolean;
}

/** Open for as long as it is rendered. */
export function Confirm({ title, deed, leave, children, onConfirm, onClose, onRefused }: ConfirmProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  useEffect(() => {
    dialog.current?.showModal();
    // The focus is on a button, below: a long effect is read from its beginning.
    if (dialog.current !== null) dialog.current.scrollTop = 0;
  }, []);
  const act = async (): Promise<void> => {
    busy.value = true;
    problem.value = undefined;
    try {
      if ((await onConfirm()) !== false) dialog.current?.close();
    } catch (error) {
      const found = asProblem(error);
      if (onRefused?.(found) !== true) problem.value = found;
    }
    busy.value = false;
  };
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={onClose}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <div id={`${id}-text`} class="stack tight">
        {children}
      </div>
      {problem.value !== undefined && <Refused problem={problem.value} />}
      <div class="row end">
        <Button kind="plain" size="small" onPress={() => dialog.current?.close()}>
          {leave ?? say(words).cancel}
        </Button>
        <Button size="small" busy={busy.value} onPress={() => void act()}>
          {deed}
        </Button>
      </div>
    </dialog>
  );
}
