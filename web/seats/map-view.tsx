/** Where the map stands in the page: a canvas, kept in step with the hall and with what is selected. */
import { useEffect, useRef } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import { theme } from '../ui/theme.ts';
import { language } from '../words/words.ts';
import type { Hall } from './hall.ts';
import { createSeatMap } from './seat-map.ts';
import type { SeatMap } from './types.ts';

export interface MapViewProps {
  readonly hall: Hall;
  readonly selected: ReadonlySignal<ReadonlySet<number>>;
  readonly section: ReadonlySignal<string | undefined>;
  readonly onToggle: (seat: number) => void;
  readonly onSection: (name: string | undefined) => void;
}

export function MapView({ hall, selected, section, onToggle, onSection }: MapViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = useRef<SeatMap | undefined>(undefined);
  useEffect(() => {
    if (canvas.current === null || createSeatMap === undefined) return undefined;
    const { sections, statuses } = hall;
    const created = createSeatMap(canvas.current, {
      sections,
      statuses,
      selected: selected.peek(),
      language: language.peek(),
      onToggle,
      onSection,
    });
    map.current = created;
    return () => created.destroy();
  }, [hall]);
  const { value: revision } = hall.revision;
  useEffect(() => map.current?.update([]), [revision]);
  useEffect(() => map.current?.select(selected.value), [selected.value]);
  useEffect(() => map.current?.show(section.value), [section.value]);
  useEffect(() => map.current?.redraw(language.value), [language.value, theme.value]);
  if (createSeatMap === undefined) return undefined;
  // The list beside it says the same and works by keyboard.
  return <canvas ref={canvas} class="seat-map" aria-hidden="true" />;
}
