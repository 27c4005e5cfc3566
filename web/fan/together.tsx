/** "Best together": how many, which grade, one press. */
import type { ComponentChildren } from 'preact';
import { useSignal, type Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { gradeIndex } from '../seats/list.tsx';
import type { Hall } from '../seats/hall.ts';
import { lettersOf } from '../seats/map/letters.ts';
import { Button } from '../ui/button.tsx';
import { money, number, say } from '../words/words.ts';

const words = {
  ko: {
    title: '나란히 앉기 좋은 좌석',
    count: '좌석 수',
    seats: (count: number) => `${count}석`,
    grade: '등급',
    any: '모든 등급',
    find: (count: number) => (count === 1 ? '1석 찾기' : `나란히 ${count}석 찾기`),
    left: (count: string) => `${count}석`,
    out: '매진',
  },
  en: {
    title: 'Best seats together',
    count: 'Number of seats',
    seats: (count: number) => String(count),
    grade: 'Grade',
    any: 'Any grade',
    find: (count: number) => (count === 1 ? 'Find 1 seat' : `Find ${count} together`),
    left: (count: string) => `${count} left`,
    out: 'Sold out',
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
        <fieldset class="of-grade">
          <legend class="hidden">{said.grade}</legend>
          <Grades hall={hall} name={`${id}-grade`} chosen={grade} />
        </fieldset>
        <fieldset class="of-count">
          <legend class="hidden">{said.count}</legend>
          <div class="chips">
            {counts.map((value) => (
              <Chip key={value} name={`${id}-count`} value={value} chosen={count}>
                <b>{said.seats(value)}</b>
              </Chip>
            ))}
          </div>
        </fieldset>
        <Button kind="plain" onPress={() => onFind(count.value, grade.value)}>
          <span key={count.value}>{said.find(count.value)}</span>
        </Button>
      </div>
    </section>
  );
}

/** Each grade with its price and what is left of it: to choose one, and to know before anything is chosen. */
function Grades({ hall, name, chosen }: { hall: Hall; name: string; chosen: Signal<string | undefined> }) {
  const said = say(words);
  void hall.revision.value;
  const grades = gradesOf(hall);
  const letters = lettersOf(grades.map(({ grade }) => grade));
  const total = grades.reduce((sum, { available }) => sum + available, 0);
  const left = (available: number) => (
    <em key={available === 0 ? 'out' : 'left'}>{available === 0 ? said.out : said.left(number(available))}</em>
  );
  const facts = grades.map(({ grade, price, available }, index) => (
    <>
      <i class="mark" data-letter={grades.length > 1 ? letters[index] : ''} aria-hidden="true" />
      <span class="name">{grade}</span>
      <b>{money(price)}</b>
      {left(available)}
    </>
  ));
  // Of one grade there is nothing to choose.
  if (grades.length === 1) {
    return (
      <p class="chip only" data-grade={0}>
        <span>{facts[0]}</span>
      </p>
    );
  }
  return (
    <div class="chips">
      <Chip name={name} value={undefined} chosen={chosen}>
        <span class="name">{said.any}</span>
        {left(total)}
      </Chip>
      {grades.map(({ grade }, index) => (
        <Chip key={grade} name={name} value={grade} chosen={chosen} index={gradeIndex(hall.sections, grade)}>
          {facts[index]}
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
