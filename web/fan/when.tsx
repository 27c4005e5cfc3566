/** When a date begins, by the hall's clock and the reader's own. */
import { OwnTime } from '../ui/own-time.tsx';
import { dateAndTime } from '../words/words.ts';

export function When({ at }: { readonly at: string }) {
  return (
    <span class="when-it-is">
      <span>{dateAndTime(at)}</span> <OwnTime at={at} />
    </span>
  );
}
