/** One fan, from arriving to going home. */
import { shop } from './shopping.ts';
import type { Ending, Stage, Visit } from './stage.ts';
import { takePlace, waitForTurn, type Turn } from './waiting.ts';

/** One whose session ended, or who gave all back for something better, takes a new place this often. */
const visits_max = 3;

const endings: Record<Exclude<Turn, 'inside'>, Ending> = {
  ended: 'session ended',
  'gave up': 'gave up',
  'closed the tab': 'closed the tab',
  over: 'in line at the end',
};

/** Never rejects for anything that the service does. */
export async function visit(stage: Stage, fan: Visit): Promise<void> {
  const { tally } = stage;
  tally.arrived++;
  let ending: Ending = 'in line at the end';
  for (let time = 0; time < visits_max; time++) {
    ending = await once(stage, fan);
    const again = ending === 'session ended' || fan.comesAgain;
    fan.comesAgain = false;
    if (!again || stage.isOver()) break;
  }
  tally.endings.set(ending, (tally.endings.get(ending) ?? 0) + 1);
}

async function once(stage: Stage, fan: Visit): Promise<Ending> {
  const first = await takePlace(stage, fan);
  if (first === undefined) return 'in line at the end';
  const turn = await waitForTurn(stage, fan, first);
  if (turn !== 'inside') return endings[turn];
  const changing = fan.regret === undefined ? 0 : 1;
  stage.tally.changing += changing;
  const ending = await shop(stage, fan);
  stage.tally.changing -= changing;
  return ending;
}
