/** The hall as its sections make it, on the same map that fans will see: drawn again while they are written. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { createHall, type Hall } from '../../seats/hall.ts';
import { gradeIndex } from '../../seats/list.tsx';
import { MapView } from '../../seats/map-view.tsx';
import { useSignal } from '@preact/signals';
import { counted } from '../../words/language.ts';
import { money, number, say } from '../../words/words.ts';
import type { PlannedSection } from './draft.ts';
import '../../seats/list.css';

const words = {
  ko: {
    empty: '구역을 적으면 여기에 좌석 배치가 그려져요.',
    large: '10만 석이 넘어 그릴 수 없어요.',
    label: (sections: number, seats: string) => `좌석 배치 미리보기: 구역 ${sections}개, ${seats}석`,
    seats: (count: string) => `${count}석`,
  },
  en: {
    empty: 'The seating plan is drawn here as you enter its sections.',
    large: 'More than 100,000 seats cannot be drawn.',
    label: (sections: number, seats: string) =>
      `Preview of the seating plan: ${counted(sections, 'section')}, ${counted(seats, 'seat')}`,
    seats: (count: string) => counted(count, 'seat'),
  },
};

/** A hall is laid out again when nobody has typed for so long. */
const rest_ms = 200;

export function PlanPreview({
  sections,
  seatsMax,
}: {
  readonly sections: readonly PlannedSection[];
  readonly seatsMax: number;
}) {
  const said = say(words);
  const seats = sections.reduce((sum, section) => sum + section.rows * section.seatsPerRow, 0);
  if (sections.length === 0) return <p class="empty">{said.empty}</p>;
  if (seats > seatsMax) return <p class="empty">{said.large}</p>;
  return (
    <figure class="plan-preview" aria-label={said.label(sections.length, number(seats))}>
      <Drawn sections={sections} />
      <figcaption>
        <ul class="plan-legend">
          {gradesOf(sections).map(({ grade, priceMin, priceMax, seatsTotal }) => (
            <li key={grade}>
              <span class="swatch" data-grade={gradeIndex(placed(sections), grade)} aria-hidden="true" />
              <strong>{grade}</strong>
              <span>{priceMin === priceMax ? money(priceMin) : `${money(priceMin)} – ${money(priceMax)}`}</span>
              <span class="quiet">{said.seats(number(seatsTotal))}</span>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

function Drawn({ sections }: { readonly sections: readonly PlannedSection[] }) {
  const [hall, setHall] = useState(() => hallOf(sections));
  const drawn = useRef(sections);
  const chosen = useSignal<ReadonlySet<number>>(new Set());
  const section = useSignal<string | undefined>(undefined);
  const written = JSON.stringify(sections);
  useEffect(() => {
    if (JSON.stringify(drawn.current) === written) return undefined;
    const timer = setTimeout(() => {
      drawn.current = sections;
      setHall(hallOf(sections));
    }, rest_ms);
    return () => clearTimeout(timer);
  }, [written]);
  // Nothing can be chosen here; a tap still leads nearer.
  return <MapView hall={hall} selected={chosen} section={section} onToggle={nothing} onSection={nothing} />;
}

const nothing = (): void => undefined;

function placed(sections: readonly PlannedSection[]) {
  let firstNumber = 1;
  return sections.map((section) => {
    const own = Object.assign({ firstNumber }, section);
    firstNumber += section.rows * section.seatsPerRow;
    return own;
  });
}

function hallOf(sections: readonly PlannedSection[]): Hall {
  const all = placed(sections);
  const last = all.at(-1);
  const seats = last === undefined ? 0 : last.firstNumber - 1 + last.rows * last.seatsPerRow;
  return createHall({
    performanceId: '',
    startsAt: '2000-01-01T00:00:00.000Z',
    maxSeatsPerFan: 0,
    sections: all,
    statuses: 'A'.repeat(seats),
  });
}

/** In the order in which the sections name them. */
function gradesOf(sections: readonly PlannedSection[]) {
  return [...Map.groupBy(sections, (section) => section.grade)].map(([grade, own]) => ({
    grade,
    priceMin: Math.min(...own.map(({ price }) => price)),
    priceMax: Math.max(...own.map(({ price }) => price)),
    seatsTotal: own.reduce((sum, { rows, seatsPerRow }) => sum + rows * seatsPerRow, 0),
  }));
}
