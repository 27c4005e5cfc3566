/** Beside a time of the hall: the same moment by the reader's own clock, where that shows another. */
import { ownTime } from '../words/words.ts';

export function OwnTime({ at }: { readonly at: string }) {
  const own = ownTime(at);
  if (own === undefined) return null;
  return (
    <span key={own} class="own-time quiet small">
      ({own})
    </span>
  );
}
