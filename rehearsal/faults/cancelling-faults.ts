/** Faults of what comes back: a date's calling off and fans' cancellations are broken off in mid-way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { callOff, isCalledOff } from '../operator-at-work.ts';
import type { Running } from '../sale.ts';
import type { Fault } from './fault.ts';
import type { Field } from './field.ts';
import { cutCommits, killAtCommit } from './killing.ts';

/** A batch of the refunds of a date that was called off. */
const refunding = /insert into cancellations[^]*'called_off'/;
/** Cancellations of fans, or by an operator for them. */
const cancelling = /insert into cancellations[^]*operator_id/;

/** All of them; a server is started again between two of them. */
const hit_seconds_max = 60;
/** Until the first change their minds. */
const cancelling_more_seconds = 10;
const done_seconds_max = 30;
/** A server is not killed again before it has had time to do something. */
const kill_every_ms = 1_500;

/**
 * Lets its first batch pass and none behind it: the server that commits the next is killed, and whichever takes over, and at
 * the third PostgreSQL. Then it has to end by itself.
 */
async function breakOffCallingOff(field: Field, { stage }: Running): Promise<string> {
  const { office, operator, concert } = stage;
  const [date = ''] = concert.performanceIds;
  const { hits, end } = cutCommits(field, { of: refunding, behind: 1, seconds: hit_seconds_max }, 2);
  const calling = callOff(stage, date);
  for (const [number, next] of hits.entries()) {
    const hit = await next;
    if (hit === undefined) throw new Error(`met at the commit of a batch: ${number} times, which should be 3`);
    // At the third one all are there to go on.
    if (number < 2) await field.kill(hit.server);
    if (number < 2) await field.restart(hit.server);
  }
  const { json } = await office.calledOff(operator, date);
  await field.postgres.kill();
  end();
  await sleep(kill_every_ms);
  await field.postgres.start();
  await calling;
  const begun = performance.now();
  while (!(await isCalledOff(stage))) {
    if (performance.now() > begun + done_seconds_max * 1_000) throw new Error(`not done after ${done_seconds_max} s`);
    await sleep(100);
  }
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const far = `${Number(json['done'])} of ${Number(json['total'])}`;
  return `two servers and PostgreSQL killed at the commit of a batch, with ${far} given back; done ${seconds} s later`;
}

/** Goes on until somebody was killed, for `seconds` at least. Answers how often. */
async function killWhoCancels(field: Field, seconds: number): Promise<number> {
  const enough = performance.now() + seconds * 1_000;
  const giveUpAt = enough + hit_seconds_max * 1_000;
  let killed = 0;
  while (performance.now() < (killed === 0 ? giveUpAt : enough)) {
    const hit = await killAtCommit(field, { of: cancelling, seconds: 5 });
    if (hit === undefined) continue;
    await field.kill(hit.server);
    killed++;
    await field.restart(hit.server);
    await sleep(kill_every_ms);
  }
  return killed;
}

export const cancellingFaults: readonly Fault[] = [
  {
    name: 'killed-calling-off',
    what: 'a date is called off; `kill -9` of the server that refunds, at the commit of a batch, twice; then of PostgreSQL',
    // Enough of them on one date that its refunds are several batches.
    sale: { fansTimes: 5, begunAt: 0.8, options: { 'called-off': 0, limit: 400 } },
    strike: (field, _seconds, running) => breakOffCallingOff(field, running),
  },
  {
    name: 'killed-cancelling',
    what: '`kill -9` of whichever server has sent everything of a cancellation but the commit; again and again',
    sale: { options: { cancelling: 0.5 } },
    moreSeconds: cancelling_more_seconds,
    strike: async (field, seconds) => {
      const killed = await killWhoCancels(field, seconds);
      if (killed === 0) throw new Error(`nobody cancelled in ${seconds} s: nothing was hit`);
      return `${killed} times killed`;
    },
  },
];
