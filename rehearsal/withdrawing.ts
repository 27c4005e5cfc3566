/** Money back to where it came from, by a fan who has bought, or who goes home without. */
import type { Manner } from './box-office.ts';
import type { Heard } from './heard.ts';
import { insist, isDecided, resolveLater } from './insisting.ts';
import { newKey, type Stage, type Visit } from './stage.ts';

/** All that can be had, or a part of it; too much is asked for now and then. */
export async function withdrawRest(stage: Stage, visit: Visit): Promise<void> {
  const { office } = stage;
  const { random } = visit.luck;
  const listed = await office.withdrawals(visit);
  const most = listed.status === 200 ? Number(listed.json['withdrawable']) : 0;
  if (most <= 0) return;
  if (random.chance(0.2)) await office.withdraw(visit, newKey(visit), most + 1);
  const amount = random.chance(0.3) ? Math.ceil(most / 3) : most;
  const key = newKey(visit);
  const call = (manner: Manner): Promise<Heard> => office.withdraw(visit, key, amount, manner);
  const clicks = visit.persona.doubleClicks ? 2 : 1;
  if ((await insist(stage, { clicks, call, isTold: isDecided })) === undefined) resolveLater(stage, () => call({}));
}
