/** "Best together": how many, which grade, one press. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { gradeIndex } from '../seats/list.tsx';
import type { Hall } from '../seats/hall.ts';
import { Button } from '../ui/button.tsx';
import { money, number, say } from '../words/words.ts';

const words = {
  ko: {
    title: '나란히 좋은 자리',
    count: '좌석 수',
    seats: (count: number) => `${count}석`,
    grade: '등급',
    any: '모든 등급',
    find: '찾아 주세요',
    left: (count: string) => `${count}석`,
  },
  en: {
    title: 'Best together',
    count: 'Seats',
    seats: (count: number) => String(count),
    grade: 'Grade',
    any: 'Any grade',
    find: 'Find seats',
    left: (count: string) => `${count} left`,
  },
};

const counts_shown_max = 6;

interface Grade {
  readonly grade: string;
  readonly price: number;
  readonly available: number;
}

function gradesOf(hall: Hall): Grade[] {
  const grades = new Map<string, Grade>();
  for (const section of hall.sections) {
    const known = grades.get(section.grade);
    const available = (known?.available ?? 0) + hall.available(section);
    grades.set(section.grade, { grade: section.grade, price: Math.min(known?.price ?? Infinity, section.price), available });
  }
  return [...grades.values()];
}

export function Together({ hall, onFind }: { hall: Hall; onFind: (count: number, grade: string | undefined) => void }) {
  const said = say(words);
  const count = useSignal(Math.min(2, hall.maxSeats));
  const grade = useSignal<string | undefined>(undefined);
  const id = useId();
  void hall.revision.value;
  const grades = gradesOf(hall);
  const shown = Math.min(hall.maxSeats, counts_shown_max);
  return (
    <section class="together" aria-labelledby={id}>
      <h2 id={id}>{said.title}</h2>
      <div class="together-row">
        <fieldset>
          <legend class="hidden">{said.count}</legend>
          <div class="chips">
            {Array.from({ length: shown }, (_none, index) => index + 1).map((value) => (
              <label key={value} class="chip">
                <input
                  type="radio"
                  name={`${id}-count`}
                  checked={count.value === value}
                  onChange={() => {
                    count.value = value;
                  }}
                />
                <span>{said.seats(value)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <fieldset>
          <legend class="hidden">{said.grade}</legend>
          <div class="chips">
            {grades.length > 1 && (
              <label class="chip">
                <input
                  type="radio"
                  name={`${id}-grade`}
                  checked={grade.value === undefined}
                  onChange={() => {
                    grade.value = undefined;
                  }}
                />
                <span>{said.any}</span>
              </label>
            )}
            {grades.map(({ grade: name, price, available }) => (
              <label key={name} class="chip" data-grade={gradeIndex(hall.sections, name)}>
                <input
                  type="radio"
                  name={`${id}-grade`}
                  checked={grade.value === name || grades.length === 1}
                  onChange={() => {
                    grade.value = name;
                  }}
                />
                <span>
                  <i class="dot" aria-hidden="true" />
                  {name} <b>{money(price)}</b> <em>{said.left(number(available))}</em>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <Button kind="plain" onPress={() => onFind(count.value, grade.value)}>
          {said.find}
        </Button>
      </div>
    </section>
  );
}
