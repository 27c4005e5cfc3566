/** Where the map stands in the page: a canvas with its few buttons, kept in step with the hall and with what is chosen. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import { forcedColors, theme } from '../ui/theme.ts';
import { language, money, say, sectionName, shortSeatName } from '../words/words.ts';
import type { Hall } from './hall.ts';
import { MapButtons } from './map-buttons.tsx';
import { createSeatMap } from './seat-map.ts';
import type { Reach, SeatMap } from './types.ts';
import './map.css';

const words = {
  ko: {
    nearer: '누르면 확대돼요.',
    choose: '좌석을 눌러 선택해 주세요.',
    statuses: { AVAILABLE: '', HELD: ' · 다른 분이 선점', RESERVED: ' · 판매 완료' },
  },
  en: {
    nearer: 'Tap to zoom in.',
    choose: 'Tap a seat to choose it.',
    statuses: { AVAILABLE: '', HELD: ' · held by somebody else', RESERVED: ' · sold' },
  },
};

export interface MapViewProps {
  readonly hall: Hall;
  readonly selected: ReadonlySignal<ReadonlySet<number>>;
  readonly section: ReadonlySignal<string | undefined>;
  readonly onToggle: (seat: number) => void;
  readonly onSection: (name: string | undefined) => void;
}

const far: Reach = { isWhole: true, isNearest: false, selects: false };

export function MapView({ hall, selected, section, onToggle, onSection }: MapViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = useRef<SeatMap | undefined>(undefined);
  const reach = useSignal(far);
  const pointed = useSignal<number | undefined>(undefined);
  // Before anything is seen: the box is as high as the hall needs, and does not jump.
  useLayoutEffect(() => {
    if (canvas.current === null) return undefined;
    const created = createSeatMap(canvas.current, {
      sections: hall.sections,
      statuses: hall.statuses,
      selected: selected.peek(),
      language: language.peek(),
      onToggle,
      onSection,
      onPoint: (seat) => {
        pointed.value = seat;
      },
      onReach: (next) => {
        const { isWhole, isNearest, selects } = reach.peek();
        if (next.isWhole !== isWhole || next.isNearest !== isNearest || next.selects !== selects) reach.value = next;
      },
    });
    map.current = created;
    canvas.current.closest<HTMLElement>('.seat-map')?.style.setProperty('--hall-ratio', created.ratio.toFixed(3));
    const unwatch = hall.watch((numbers) => created.update(numbers));
    return () => {
      unwatch();
      created.destroy();
    };
  }, [hall]);
  useEffect(() => map.current?.select(selected.value), [selected.value]);
  useEffect(() => map.current?.show(section.value), [section.value]);
  useEffect(() => map.current?.redraw(language.value), [language.value, theme.value, forcedColors.value]);
  return (
    <div class="seat-map">
      <div class="map-head">
        <p aria-hidden="true">
          {pointed.value === undefined ? hint(hall, section.value, reach.value) : told(hall, pointed.value)}
        </p>
        <MapButtons reach={reach.value} onStep={(step) => map.current?.zoom(step)} />
      </div>
      {/* The list beside it says the same and works by keyboard. */}
      <div class="map-room">
        <canvas ref={canvas} aria-hidden="true" />
      </div>
    </div>
  );
}

function hint(hall: Hall, name: string | undefined, { selects }: Reach): string {
  const said = say(words);
  const section = hall.sections.length > 1 ? hall.sections.find((one) => one.name === name) : undefined;
  const next = selects ? said.choose : said.nearer;
  if (section === undefined) return next;
  return `${captionOf(section.name)} · ${section.grade} ${money(section.price)}. ${next}`;
}

/** There is room for two lines: in English the bare name is the caption. */
function captionOf(name: string): string {
  return language.value === 'ko' ? sectionName(name) : name;
}

function told(hall: Hall, seat: number): string {
  const said = say(words);
  const found = hall.seat(seat);
  if (found === undefined) return '';
  const { grade, price } = found;
  return `${shortSeatName(found)} · ${grade} ${money(price)}${said.statuses[hall.statusOf(seat)]}`;
}
