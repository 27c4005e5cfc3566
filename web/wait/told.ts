/** What a screen reader hears of the line: the position in steps and not at every one, a pause with its reason, its end. */
import { number } from '../words/language.ts';
import { tell } from './elements.ts';
import { estimateTextsOf, type EstimateView } from './markup.ts';
import { waitWords } from './words.ts';

const told_at = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

let toldStep = Infinity;
let toldNotice: string | null = null;

function positionIn(view: EstimateView): string {
  const position = number(view.language, view.status?.position ?? 1);
  return `${waitWords[view.language].yours} ${position}. ${estimateTextsOf(view).join('. ')}`;
}

/** Of another place, everything is news. */
export function forgetTold(): void {
  toldStep = Infinity;
  toldNotice = null;
}

/** Tells what is new since it was last called. */
export function tellLine(view: EstimateView): void {
  const { position = 1, notice = null } = view.status ?? {};
  const step = told_at.find((at) => (position ?? 1) <= at) ?? Infinity;
  const isNearer = step < toldStep || toldStep === Infinity;
  const goesOn = notice === null && toldNotice !== null;
  const isNews = notice !== toldNotice;
  toldStep = step;
  toldNotice = notice;
  if (goesOn) tell(`${waitWords[view.language].goesOn}. ${positionIn(view)}`);
  else if (isNearer || isNews) tell(positionIn(view));
}
