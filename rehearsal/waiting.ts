/** A fan in line: takes a place, follows it, closes the tab and comes back, or gives up. */
import { jumpTheQueue, showForgedTokens } from './cheating.ts';
import type { Heard } from './heard.ts';
import type { Stage, Visit } from './stage.ts';

export type Turn = 'inside' | 'ended' | 'gave up' | 'closed the tab' | 'over';

const retry_ms = 300;
/** Whoever is asked to poll so seldom is far from the front. */
const far_back_ms = 4_000;
const no_answer_tries_max = 200;

/** Asks until a place is told. False when the sale is over. */
export async function takePlace(stage: Stage, visit: Visit): Promise<Heard | undefined> {
  const { office, concert, pauses } = stage;
  visit.spell++;
  visit.queueToken = undefined;
  visit.standsBy = false;
  for (let tries = 0; tries < no_answer_tries_max && !stage.isOver(); tries++) {
    const both = visit.persona.twoTabs && tries === 0 ? 2 : 1;
    const answers = await Promise.all(Array.from({ length: both }, () => office.issue(visit, concert.id)));
    const heard = answers.find(({ status }) => status === 200 || status === 201);
    if (heard !== undefined) {
      visit.queueToken = String(heard.json['token']);
      return heard;
    }
    await pauses.pause(Math.max(answers[0]?.retryAfterMs ?? 0, retry_ms));
  }
  return undefined;
}

interface Wait {
  readonly since: number;
  pollAfterMs: number;
  wentAway: boolean;
}

/** Waits for the turn. The first answer is that of `takePlace`. */
export async function waitForTurn(stage: Stage, visit: Visit, first: Heard): Promise<Turn> {
  const { tally, office } = stage;
  let turn = turnOf(visit, first.json);
  const wait: Wait = { since: office.now(), pollAfterMs: pollAfter(first), wentAway: false };
  tally.waiting++;
  while (turn === undefined) {
    turn = stage.isOver() ? 'over' : await goAway(stage, visit, wait);
    turn ??= await untilNextLook(stage, visit, wait);
    turn ??= stage.isOver() ? 'over' : await look(stage, visit, wait);
  }
  tally.waiting--;
  return turn;
}

/** The stream tells, or the time comes to ask. */
async function untilNextLook(stage: Stage, visit: Visit, wait: Wait): Promise<Turn | undefined> {
  const { random, streams } = visit.persona;
  if (streams && stage.streams.hasRoom()) return followStream(stage, visit, wait);
  await stage.pauses.pause(wait.pollAfterMs * (0.9 + random.below(20) / 100));
  return undefined;
}

async function look(stage: Stage, visit: Visit, wait: Wait): Promise<Turn | undefined> {
  const { cheat } = visit.persona;
  if (cheat === 'jumper') await jumpTheQueue(stage, visit);
  if (cheat === 'forger') await showForgedTokens(stage, visit);
  const heard = await stage.office.status(visit, { patient: wait.pollAfterMs >= far_back_ms });
  wait.pollAfterMs = heard.status === 200 ? pollAfter(heard) : Math.max(retry_ms, heard.retryAfterMs);
  return heard.status === 200 ? turnOf(visit, heard.json) : undefined;
}

/** Patience ends, or the tab is closed; undefined: still (or again) there. */
async function goAway({ office, pauses }: Stage, visit: Visit, wait: Wait): Promise<Turn | undefined> {
  const { patienceMs, absentAfterMs, backAfterMs } = visit.persona;
  const waited = office.now() - wait.since;
  if (waited > patienceMs) {
    await office.leave(visit);
    return 'gave up';
  }
  if (absentAfterMs !== undefined && waited > absentAfterMs && !wait.wentAway) {
    wait.wentAway = true;
    if (backAfterMs === undefined) return 'closed the tab';
    await pauses.pause(backAfterMs);
    wait.pollAfterMs = 0;
  }
  return undefined;
}

/** Until the turn comes, the stream breaks, or it is time to close the tab. */
async function followStream({ office, streams, isOver }: Stage, visit: Visit, wait: Wait): Promise<Turn | undefined> {
  let turn: Turn | undefined;
  const { absentAfterMs = Infinity, patienceMs } = visit.persona;
  const until = Math.min(wait.wentAway ? Infinity : absentAfterMs, patienceMs);
  let opening = true;
  const write = (json: Readonly<Record<string, unknown>> | undefined): void => {
    const first = opening ? { opening: true as const } : {};
    opening = false;
    const facts = { spell: visit.spell, ...first, ...(json === undefined ? {} : office.standingOf(json)) };
    const at = office.now();
    office.write({ fan: visit.fan, op: 'told', start: at, end: at, status: 200, code: '', facts });
  };
  const opened = await streams.follow(visit.fan, visit.queueToken ?? '', (json) => {
    write(json);
    turn = turnOf(visit, json);
    return turn === undefined && !isOver() && office.now() - wait.since < until;
  });
  if (opened) write(undefined);
  wait.pollAfterMs = retry_ms;
  return turn;
}

function turnOf(visit: Visit, { status, standby }: Heard['json']): Turn | undefined {
  if (standby === true) visit.standsBy = true;
  return status === 'ACTIVE' ? 'inside' : status === 'EXPIRED' ? 'ended' : undefined;
}

function pollAfter({ json }: Heard): number {
  return Number(json['pollAfterSeconds'] ?? 1) * 1_000;
}
