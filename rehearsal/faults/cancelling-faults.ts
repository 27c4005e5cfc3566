/** Faults of what comes back: a date's calling off and fans' cancellations are broken off in mid-way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { callOff, isCalledOff } from '../operator-at-work.ts';
import type { Running } from '../sale.ts';
import type { Fault } from './fault.ts';
import type { Field } from './field.ts';
import { cutAtCommit, killAtCommit } from './killing.ts';

/** A batch of the refunds of a date that was called off. */
const refunding = /insert into cancellations[^]*'called_off'/;
/** Cancellations of fans, or by an operator for them. */
const cancelling = /insert into cancellations[^]*operator_id/;

const hit_seconds_max = 20;
/** Until the first change their minds. */
const cancelling_more_seconds = 10;
const done_seconds_max = 30;
/** A server is not killed again before it has had time to do something. */
const kill_every_ms = 1_500;

/**
 * Breaks it off at the commit of its second batch, twice by killing the server that works on it and once by killing PostgreSQL;
 * then it has to end by itself. Answers how far it had come each time.
 */
async function breakOffCallingOff(field: Field, { stage }: Running): Promise<string> {
  const { office, operator, concert } = stage;
  const [date = ''] = concert.performanceIds;
  const progress = async (): Promise<string> => {
    const { json } = await office.calledOff(operator, date);
    return `${Number(json['done'])} of ${Number(json['total'])}`;
  };
  const first = killAtCommit(field, { of: refunding, behind: 1, seconds: hit_seconds_max });
  const calling = callOff(stage, date);
  const hits = [await first];
  const came: string[] = [];
  for (let kills = 1; kills <= 2; kills++) {
    const server = hits.at(-1)?.server;
    if (server === undefined) throw new Error('no batch of refunds was met: nothing was hit');
    await field.kill(server);
    const moment = { of: refunding, seconds: hit_seconds_max };
    const next = kills === 1 ? killAtCommit(field, moment) : cutAtCommit(field, moment);
    await field.restart(server);
    came.push(await progress());
    hits.push(await next);
  }
  if (hits.at(-1) === undefined)
    throw new Error(`not gone on with by itself: ${came.join(' and ')}, now ${await progress()}`);
  await field.postgres.kill();
  await sleep(kill_every_ms);
  await field.postgres.start();
  await calling;
  const begun = performance.now();
  while (!(await isCalledOff(stage))) {
    if (performance.now() > begun + done_seconds_max * 1_000) throw new Error(`not done after ${done_seconds_max} s`);
    await sleep(100);
  }
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  return `two servers and PostgreSQL killed at the commit of a batch, at ${came.join(' and ')}; done ${seconds} s later`;
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
    sale: { fansTimes: 4, begunAt: 0.7, options: { 'called-off': 0, limit: 300 } },
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
