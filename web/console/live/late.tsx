/** Says that numbers are not live, and how old they are: what looks live and is not is worse than nothing. */
import type { ReadonlySignal } from '@preact/signals';
import { counted } from '../../words/language.ts';
import { number, say } from '../../words/words.ts';

const words = {
  ko: {
    late: '응답이 오지 않아요.',
    age: (seconds: number) =>
      seconds < 120 ? `${seconds}초 전 숫자예요.` : `${number(Math.floor(seconds / 60))}분 전 숫자예요.`,
  },
  en: {
    late: 'No answer is coming.',
    age: (seconds: number) =>
      `These numbers are ${seconds < 120 ? counted(seconds, 'second') : counted(number(Math.floor(seconds / 60)), 'minute')} old.`,
  },
};

/** How old numbers are, in a sentence. */
export function Age({ seconds }: { readonly seconds: number }) {
  return <span>{say(words).age(seconds)}</span>;
}

/** Nothing while answers come. Told once to a screen reader, and not at every second. */
export function Late({ of }: { readonly of: { readonly lateSeconds: ReadonlySignal<number | undefined> } }) {
  const seconds = of.lateSeconds.value;
  if (seconds === undefined) return null;
  return (
    <p class="not-live small alarm">
      <span role="status">{say(words).late}</span> <Age seconds={seconds} />
    </p>
  );
}
