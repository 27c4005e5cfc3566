/** The dates of a new concert, in the hall's own time. */
import { Button } from '../../ui/button.tsx';
import { say } from '../../words/words.ts';
import { concertLimits as limits } from '../../../src/contract/limits.ts';
import { Panel } from '../parts/panel.tsx';
import type { PartProps } from './concert-form.tsx';
import { newDate } from './draft.ts';

const words = {
  ko: {
    title: '회차',
    zone: '공연장 시각(한국)',
    nth: (n: number) => `${n}회차`,
    add: '회차 추가',
    drop: (n: number) => `${n}회차 빼기`,
  },
  en: {
    title: 'Performances',
    zone: 'venue time (Korea)',
    nth: (n: number) => `No. ${n}`,
    add: 'Add a performance',
    drop: (n: number) => `Remove performance ${n}`,
  },
};

export function Dates({ draft, faults }: PartProps) {
  const said = say(words);
  const { dates } = draft.value;
  return (
    <Panel title={said.title} aside={said.zone}>
      <ul class="dates-list">
        {dates.map(({ key, at }, index) => {
          const fault = faults?.dates.get(key);
          return (
            <li key={key}>
              <label>
                <span class="small">{said.nth(index + 1)}</span>
                <input
                  class="box"
                  type="datetime-local"
                  value={at}
                  aria-invalid={fault !== undefined}
                  onInput={({ currentTarget: { value } }) => {
                    const next = draft.value.dates.map((one) => (one.key === key ? { key, at: value } : one));
                    draft.value = { ...draft.value, dates: next };
                  }}
                />
              </label>
              {dates.length > 1 && (
                <button
                  type="button"
                  class="cross"
                  aria-label={said.drop(index + 1)}
                  onClick={() => {
                    draft.value = { ...draft.value, dates: draft.value.dates.filter((one) => one.key !== key) };
                  }}
                >
                  ×
                </button>
              )}
              {fault !== undefined && <span class="fault small">{say(fault)}</span>}
            </li>
          );
        })}
      </ul>
      {dates.length < limits.datesMax && (
        <Button
          kind="plain"
          size="small"
          onPress={() => {
            draft.value = { ...draft.value, dates: [...draft.value.dates, newDate(dayAfter(dates.at(-1)?.at))] };
          }}
        >
          {said.add}
        </Button>
      )}
    </Panel>
  );
}

/** Most tours play the next evening at the same time. */
function dayAfter(at = ''): string {
  const time = Date.parse(`${at}:00Z`);
  return Number.isNaN(time) ? '' : new Date(time + 86_400_000).toISOString().slice(0, 16);
}
