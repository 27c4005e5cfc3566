/** The hall as a list: sections, rows, seats. It says what the map says, and works by keyboard and by ear. */
import type { ReadonlySignal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { begun, rowName, seatInSection } from '../words/seat-name.ts';
import { language, money, number, say, sectionName } from '../words/words.ts';
import { seat_statuses, type Hall } from './hall.ts';
import { heldIn } from './left.ts';
import { lettersOf } from './map/letters.ts';
import type { Section } from './types.ts';
import './list.css';

const words = {
  ko: {
    left: (count: string) => `${count}석 남음`,
    out: '매진',
    held: (count: string) => `${count}석 선점`,
    stage: '무대 쪽',
    statuses: { AVAILABLE: '', HELD: ', 다른 분이 선점', RESERVED: ', 판매 완료' },
    yours: ', 선택함',
    keys: '화살표 키로 옮기고 스페이스 키로 선택해요.',
  },
  en: {
    left: (count: string) => `${count} left`,
    out: 'Sold out',
    held: (count: string) => `${count} held`,
    stage: 'Stage side',
    statuses: { AVAILABLE: '', HELD: ', held by somebody else', RESERVED: ', sold' },
    yours: ', chosen',
    keys: 'Move with the arrow keys, choose with the space bar.',
  },
};

export interface SeatListProps {
  readonly hall: Hall;
  readonly selected: ReadonlySignal<ReadonlySet<number>>;
  readonly section: ReadonlySignal<string | undefined>;
  readonly onToggle: (seat: number) => void;
  readonly onSection: (name: string | undefined) => void;
}

/** A section of at most so many seats shows all its rows; a larger one shows a row when it is opened. */
const whole_seats_max = 700;

export function SeatList(props: SeatListProps) {
  const { hall, section: open, onSection } = props;
  // Counts follow the hall.
  void hall.revision.value;
  const said = say(words);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => reveal(list.current), [open.value]);
  return (
    <ul class="sections" ref={list}>
      {hall.sections.map((section) => {
        const available = hall.available(section);
        const isOpen = open.value === section.name;
        return (
          <li key={section.name}>
            <button
              type="button"
              class="section"
              aria-expanded={isOpen}
              onClick={() => onSection(isOpen ? undefined : section.name)}
            >
              <span
                class="mark"
                data-grade={gradeIndex(hall.sections, section.grade)}
                data-letter={letterOf(hall.sections, section.grade)}
                aria-hidden="true"
              />
              <span class="name">
                <b>{begun(sectionName(section.name))}</b> <span class="quiet">{section.grade}</span>
              </span>
              <span>{money(section.price)}</span>
              <span class="quiet">{available === 0 ? noneIn(hall, section) : said.left(number(available))}</span>
            </button>
            {isOpen && <Rows {...props} of={section} />}
          </li>
        );
      })}
    </ul>
  );
}

/** Sold out, or held altogether, which may come back. */
function noneIn(hall: Hall, section: Section): string {
  const said = say(words);
  const held = heldIn(hall, section);
  return held > 0 ? said.held(number(held)) : said.out;
}

/** A section that was opened elsewhere comes into view where the list has a window of its own. */
function reveal(list: HTMLUListElement | null): void {
  const opened = list?.querySelector('[aria-expanded="true"]')?.closest('li');
  const room = list?.parentElement;
  if (!opened || !room || room.scrollHeight <= room.clientHeight || room.contains(document.activeElement)) return;
  room.scrollTop += opened.getBoundingClientRect().top - room.getBoundingClientRect().top;
}

/** The place of a grade in the palette; the map uses the same. */
export function gradeIndex(sections: readonly Section[], grade: string): number {
  return [...new Set(sections.map((section) => section.grade))].indexOf(grade) % 6;
}

/** As the map writes it; where all are of one grade it says nothing. */
function letterOf(sections: readonly Section[], grade: string): string {
  const grades = [...new Set(sections.map((section) => section.grade))];
  return grades.length > 1 ? (lettersOf(grades)[grades.indexOf(grade)] ?? '') : '';
}

function Rows({ of, ...props }: SeatListProps & { readonly of: Section }) {
  const said = say(words);
  const opened = useSignal<number | undefined>(undefined);
  const isWhole = of.rows * of.seatsPerRow <= whole_seats_max;
  return (
    <div class="rows">
      <p class="small quiet">
        {said.stage} ↑ · {said.keys}
      </p>
      {Array.from({ length: of.rows }, (_none, index) => index + 1).map((row) => (
        <div key={row} class="seat-row" role="group" aria-label={rowTitle(row)}>
          {isWhole ? (
            <span class="row-name">{rowTitle(row)}</span>
          ) : (
            <button
              type="button"
              class="row-name"
              aria-expanded={opened.value === row}
              onClick={() => {
                opened.value = opened.value === row ? undefined : row;
              }}
            >
              {rowTitle(row)} <span class="quiet">{said.left(number(freeInRow(props.hall, of, row)))}</span>
            </button>
          )}
          {(isWhole || opened.value === row) && <Seats {...props} of={of} row={row} />}
        </div>
      ))}
    </div>
  );
}

function rowTitle(row: number): string {
  return begun(rowName(language.value, row));
}

function freeInRow(hall: Hall, { firstNumber, seatsPerRow }: Section, row: number): number {
  let count = 0;
  const start = firstNumber - 1 + (row - 1) * seatsPerRow;
  for (let index = start; index < start + seatsPerRow; index++) if (hall.statuses[index] === 0) count++;
  return count;
}

const steps: Readonly<Record<string, readonly [seats: number, rows: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  Home: [-Infinity, 0],
  End: [Infinity, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** One stop of the tab key; the arrows move within. */
function move(event: KeyboardEvent): void {
  const step = steps[event.key];
  const here = event.target as HTMLElement;
  const line = here.parentElement;
  if (line === null || step === undefined) return;
  event.preventDefault();
  const lines = [...(line.closest('.rows')?.querySelectorAll('.seats') ?? [])];
  const seats = [...(lines[lines.indexOf(line) + step[1]]?.children ?? [])];
  const next = Math.min(seats.length - 1, Math.max(0, [...line.children].indexOf(here) + step[0]));
  (seats[next] as HTMLElement | undefined)?.focus();
}

function Seats({ hall, selected, onToggle, of, row }: SeatListProps & { readonly of: Section; readonly row: number }) {
  const said = say(words);
  void hall.revision.value;
  const start = of.firstNumber + (row - 1) * of.seatsPerRow;
  return (
    <div class="seats" onKeyDown={move}>
      {Array.from({ length: of.seatsPerRow }, (_none, index) => {
        const seat = start + index;
        const isChosen = selected.value.has(seat);
        const status = seat_statuses[hall.statuses[seat - 1] ?? 2] ?? 'RESERVED';
        return (
          <button
            key={seat}
            type="button"
            class="seat"
            data-status={status}
            data-place={isChosen ? '✓' : index + 1}
            data-grade={gradeIndex(hall.sections, of.grade)}
            tabIndex={index === 0 ? 0 : -1}
            aria-pressed={isChosen}
            aria-disabled={status !== 'AVAILABLE' && !isChosen}
            aria-label={`${seatInSection(language.value, { row, place: index + 1 })}${said.statuses[status]}${isChosen ? said.yours : ''}`}
            onClick={() => onToggle(seat)}
          />
        );
      })}
    </div>
  );
}
