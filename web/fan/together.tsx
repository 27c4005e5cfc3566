/** "Best together": how many, which grade, one press. */
import type { ComponentChildren } from 'preact';
import { useSignal, type Signal } from '@preact/signals';
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
    grades.set(section.grade, {
      grade: section.grade,
      price: Math.min(known?.price ?? Infinity, section.price),
      available,
    });
  }
  return [...grades.values()];
}

export function Together({ hall, onFind }: { hall: Hall; onFind: (count: number, grade: string | undefined) => void }) {
  const said = say(words);
  const count = useSignal(Math.min(2, hall.maxSeats));
  const grade = useSignal<string | undefined>(undefined);
  const id = useId();
  const counts = Array.from({ length: Math.min(hall.maxSeats, counts_shown_max) }, (_none, index) => index + 1);
  return (
    <section class="together" aria-labelledby={id}>
      <h2 id={id}>{said.title}</h2>
      <div class="together-row">
        <fieldset>
          <legend class="hidden">{said.count}</legend>
          <div class="chips">
            {counts.map((value) => (
              <Chip key={value} name={`${id}-count`} value={value} chosen={count}>
                {said.seats(value)}
              </Chip>
            ))}
          </div>
        </fieldset>
        <fieldset>
          <legend class="hidden">{said.grade}</legend>
          <Grades hall={hall} name={`${id}-grade`} chosen={grade} />
        </fieldset>
        <Button kind="plain" onPress={() => onFind(count.value, grade.value)}>
          {said.find}
        </Button>
      </div>
    </section>
  );
}

function Grades({ hall, name, chosen }: { hall: Hall; name: string; chosen: Signal<string | undefined> }) {
  const said = say(words);
  void hall.revision.value;
  return (
    <div class="chips">
      <Chip name={name} value={undefined} chosen={chosen}>
        {said.any}
      </Chip>
      {gradesOf(hall).map(({ grade, price, available }) => (
        <Chip key={grade} name={name} value={grade} chosen={chosen} index={gradeIndex(hall.sections, grade)}>
          <i class="dot" aria-hidden="true" />
          {grade} <b>{money(price)}</b> <em>{said.left(number(available))}</em>
        </Chip>
      ))}
    </div>
  );
}

interface ChipProps<T> {
  readonly name: string;
  readonly value: T;
  readonly chosen: Signal<T>;
  readonly index?: number;
  readonly children: ComponentChildren;
}

function Chip<T>({ name, value, chosen, index, children }: ChipProps<T>) {
  return (
    <label class="chip" data-grade={index}>
      <input
        type="radio"
        name={name}
        checked={chosen.value === value}
        onChange={() => {
          chosen.value = value;
        }}
      />
      <span>{children}</span>
    </label>
  );
}
