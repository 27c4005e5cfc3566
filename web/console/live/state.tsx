/** In a word: how a sale stands. */
import { language, say } from '../../words/words.ts';

const words = {
  ko: { PAUSED: '멈춤', SOLD_OUT: '매진', BUSY: '대기 중', OPEN: '입장 중', IDLE: '한산함' },
  en: { PAUSED: 'Paused', SOLD_OUT: 'Sold out', BUSY: 'Waiting', OPEN: 'Open', IDLE: 'Quiet' },
};

export interface Standing {
  readonly waiting: number;
  readonly active: number;
  readonly paused: { readonly reason: string } | null;
  readonly pauseReasons: { readonly ko: string; readonly en: string } | null;
  readonly seatsTotal: number;
  readonly seatsSold: number;
}

function stateOf({ waiting, active, paused, seatsTotal, seatsSold }: Standing): keyof (typeof words)['ko'] {
  if (paused !== null) return 'PAUSED';
  if (seatsTotal > 0 && seatsSold === seatsTotal) return 'SOLD_OUT';
  if (waiting > 0) return 'BUSY';
  return active > 0 ? 'OPEN' : 'IDLE';
}

export function State(standing: Standing) {
  const state = stateOf(standing);
  return (
    <span class={`state ${state.toLowerCase()}`} title={standing.pauseReasons?.[language.value]}>
      {say(words)[state]}
    </span>
  );
}
