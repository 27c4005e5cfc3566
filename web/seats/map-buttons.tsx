/** The buttons on the map: nearer, farther, the whole hall. For the keyboard, and for one hand. */
import { say } from '../words/words.ts';
import type { Reach, SeatMap } from './types.ts';

const words = {
  ko: { group: '지도 확대와 축소', in: '확대', out: '축소', whole: '전체 보기' },
  en: { group: 'Map zoom', in: 'Zoom in', out: 'Zoom out', whole: 'Whole hall' },
};

type Step = Parameters<SeatMap['zoom']>[0];

const drawings: Readonly<Record<Step, string>> = {
  in: 'M10 4v12M4 10h12',
  out: 'M4 10h12',
  whole: 'M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4',
};

export function MapButtons({ reach, onStep }: { readonly reach: Reach; readonly onStep: (step: Step) => void }) {
  const said = say(words);
  const isOver = { in: reach.isNearest, out: reach.isWhole, whole: reach.isWhole };
  return (
    <div class="map-buttons" role="group" aria-label={said.group}>
      {(['out', 'in', 'whole'] as const).map((step) => (
        <button
          key={step}
          type="button"
          aria-label={said[step]}
          title={said[step]}
          aria-disabled={isOver[step]}
          onClick={() => {
            if (!isOver[step]) onStep(step);
          }}
        >
          <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path d={drawings[step]} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
          </svg>
        </button>
      ))}
    </div>
  );
}
