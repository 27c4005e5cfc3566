/** A number that rolls to its new value, so that one sees that it changed. */
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { roll } from './roll.ts';

export function RollingNumber({
  value,
  format,
}: {
  readonly value: number;
  readonly format: (value: number) => string;
}) {
  const shown = useSignal(value);
  useEffect(
    () =>
      roll(shown.peek(), value, (next) => {
        shown.value = next;
      }),
    [value],
  );
  return <span translate={false}>{format(shown.value)}</span>;
}
