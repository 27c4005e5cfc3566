/** Dates that are allowed and seldom meant: past ones, and one that stands there twice. Asked about once, in the dialog. */
import { useId } from 'preact/hooks';
import type { Signal } from '@preact/signals';
import { secondsUntil } from '../../client/clock.ts';
import { say } from '../../words/words.ts';
import { requestOf, type Draft } from './draft.ts';
import { moment } from './moments.ts';

export interface Doubts {
  readonly past: readonly string[];
  readonly twice: readonly string[];
}

/** Undefined when there is nothing to ask about. */
export function doubtsOf(draft: Draft): Doubts | undefined {
  const times = requestOf(draft).performances.map(({ startsAt }) => startsAt);
  const distinct = [...new Set(times)].toSorted();
  const past = distinct.filter((time) => secondsUntil(time) === 0);
  const twice = distinct.filter((time) => times.indexOf(time) !== times.lastIndexOf(time));
  return past.length + twice.length === 0 ? undefined : { past, twice };
}

const words = {
  ko: {
    title: '날짜를 다시 확인해 주세요',
    past: '이미 지난 날짜',
    twice: '두 번 이상 적힌 날짜',
    sure: '날짜가 맞아요',
    fault: '날짜가 맞으면 체크하고 판매를 시작해 주세요.',
    more: (count: number) => `외 ${count}개`,
  },
  en: {
    title: 'Check the dates again',
    past: 'Already past',
    twice: 'Entered more than once',
    sure: 'The dates are right',
    fault: 'If they are right, tick this and put it on sale.',
    more: (count: number) => `and ${count} more`,
  },
};

const told_max = 3;

function told(times: readonly string[]): string {
  const shown = times.slice(0, told_max).map((time) => moment(time).slice(0, 16));
  const rest = times.length - shown.length;
  return [...shown, ...(rest > 0 ? [say(words).more(rest)] : [])].join(', ');
}

export interface AskDatesProps {
  readonly doubts: Doubts;
  readonly sure: Signal<boolean>;
  /** Somebody pressed on without an answer. */
  readonly missing: boolean;
}

export function AskDates({ doubts, sure, missing }: AskDatesProps) {
  const said = say(words);
  const id = useId();
  return (
    <div class="doubts stack tight" role="group" aria-labelledby={`${id}-title`}>
      <strong id={`${id}-title`}>{said.title}</strong>
      {(['past', 'twice'] as const).map(
        (kind) =>
          doubts[kind].length > 0 && (
            <p key={kind}>
              {said[kind]}: {told(doubts[kind])}
            </p>
          ),
      )}
      <label>
        <input
          type="checkbox"
          name="sure"
          checked={sure.value}
          aria-invalid={missing}
          aria-describedby={missing ? `${id}-fault` : undefined}
          onChange={({ currentTarget: { checked } }) => {
            sure.value = checked;
          }}
        />
        {said.sure}
      </label>
      {missing && (
        <span id={`${id}-fault`} class="fault small" role="alert">
          {said.fault}
        </span>
      )}
    </div>
  );
}
