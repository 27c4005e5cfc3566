/** The crowd: everybody's access token, everybody's arrival, and at the end what nobody had told them. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { atOnce } from './at-once.ts';
import { signToken } from './cheating.ts';
import { visit } from './fan.ts';
import { luckOf } from './fortunes.ts';
import { json } from './operator.ts';
import type { Options } from './options.ts';
import { personaOf } from './persona.ts';
import { regretOf } from './regrets.ts';
import type { Stage, Visit } from './stage.ts';

const sign_ups_at_once = 4;
const asks_at_once = 48;
const resolve_seconds_max = 30;
const token_seconds = 86_400;

/** Access tokens by the number of the fan; the first `accounts` of them have an account of their own. */
export async function signInFans(
  origin: string,
  { fans, accounts }: Options,
  identitySecret: string | undefined,
): Promise<(fan: number) => string> {
  const run = randomBytes(6).toString('hex');
  const signedUp: string[] = [];
  const numbers = Array.from({ length: Math.min(accounts, fans) }, (_, fan) => fan);
  await atOnce(sign_ups_at_once, numbers, async (fan) => {
    const body = { email: `rehearsal-${run}-${fan}@maejin.example`, password: `rehearsal ${run}`, name: `Fan ${fan}` };
    const { token } = (await json(origin, '/api/auth/sign-up/email', { body })) as { token: string };
    signedUp[fan] = token;
  });
  const exp = Math.floor(Date.now() / 1_000) + token_seconds;
  return (fan) => signedUp[fan] ?? signToken({ sub: `rehearsal-${run}-${fan}`, exp }, identitySecret ?? '');
}

/** Lets everybody come at their time. Resolves when the last one has gone home. */
export async function letIn(stage: Stage, bearerOf: (fan: number) => string): Promise<void> {
  const { options, pauses } = stage;
  const personas = Array.from({ length: options.fans }, (_, fan) => ({ fan, persona: personaOf(options, fan) }));
  const begun = performance.now();
  const under: Promise<void>[] = [];
  for (const { fan, persona } of personas.toSorted((a, b) => a.persona.arrivesAt - b.persona.arrivesAt)) {
    const wait = begun + persona.arrivesAt - performance.now();
    if (wait > 1) await pauses.pause(wait);
    if (stage.isOver()) break;
    under.push(visit(stage, visitOf(options, { fan, bearer: bearerOf(fan), persona })));
  }
  await Promise.all(under);
}

function visitOf(options: Options, who: Pick<Visit, 'fan' | 'bearer' | 'persona'>): Visit {
  const nothing = { queueToken: undefined, spell: 0, keysMade: 0, balance: 0, isCustomer: false, ordersMade: 0 };
  const regret = regretOf(options, who.fan);
  return {
    ...who,
    ...nothing,
    luck: luckOf(options.seed, who.fan),
    afterwards: [],
    standsBy: false,
    regret,
    comesAgain: false,
  };
}

/** Asks for every attempt without an answer again until its outcome is known. Answers how many stay unknown. */
export async function resolveAll({ unresolved }: Stage): Promise<number> {
  const giveUpAt = performance.now() + resolve_seconds_max * 1_000;
  let open = unresolved.splice(0);
  while (open.length > 0 && performance.now() < giveUpAt) {
    const still: typeof open = [];
    await atOnce(asks_at_once, open, async (again) => {
      if (!(await again())) still.push(again);
    });
    open = still;
    if (open.length > 0) await sleep(500);
  }
  return open.length;
}
