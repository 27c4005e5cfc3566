/**
 * What a screen reader hears of the line: the position in steps and not at every one, a pause with its reason, its end, and
 * that one stands by for seats or does no longer.
 */
import { number } from '../words/language.ts';
import { tell } from './elements.ts';
import { estimateTextsOf, isStandby, supplyOf, type EstimateView } from './estimate.ts';
import { waitWords } from './words.ts';

const told_at = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

let toldStep = Infinity;
/** What kept the line when it was last told: a pause, by its reason, or the seats. */
let toldOf = { notice: null as string | null, isStandby: false };

function positionIn(view: EstimateView): string {
  const position = number(view.language, view.status?.position ?? 1);
  const texts = [...estimateTextsOf(view), supplyOf(view)].filter((text) => text !== '');
  return `${waitWords[view.language].yours} ${position}. ${texts.join('. ')}`;
}

/** Of another place, everything is news. */
export function forgetTold(): void {
  toldStep = Infinity;
  toldOf = { notice: null, isStandby: false };
}

/** Tells what is new since it was last called. */
export function tellLine(view: EstimateView): void {
  const step = told_at.find((at) => (view.status?.position ?? 1) <= at) ?? Infinity;
  const isNearer = step < toldStep || toldStep === Infinity;
  const before = toldOf;
  toldOf = { notice: view.status?.notice ?? null, isStandby: isStandby(view) };
  toldStep = step;
  const goesOn = toldOf.notice === null && before.notice !== null;
  if (goesOn) tell(`${waitWords[view.language].goesOn}. ${positionIn(view)}`);
  else if (isNearer || toldOf.notice !== before.notice || toldOf.isStandby !== before.isStandby) tell(positionIn(view));
}
