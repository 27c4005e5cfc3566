/** Rounds: who answers, how fast, and what it cost. The servers take turns, so that all meet the same machine. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Inspector } from './inspector.ts';
import type { Round } from './load.ts';
import type { Bare, LoadProcess, Service } from './processes.ts';
import { familySeconds, processorSeconds } from './processor.ts';
import { probe } from './probe.ts';
import { requestMaker } from './requests.ts';
import type { Scenario, Target } from './scenarios.ts';
import type { Secrets } from './wire.ts';

export interface Field {
  readonly load: LoadProcess;
  readonly bare: Bare;
  readonly service: Service;
  readonly twin: Service;
  readonly postgresPid: number;
  readonly secrets: Secrets;
  /** Of the service, if profiles are wanted, and where they go. */
  readonly inspector: Inspector | undefined;
  readonly reports: string;
  /** Stops between two rounds. */
  readonly signal: AbortSignal;
}

export interface Plan {
  readonly connections: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
}

export interface Measured extends Round {
  readonly target: Target;
  readonly connections: number;
  /** Processor time per answer in microseconds: of the server, and of PostgreSQL. */
  readonly serverUs: number | undefined;
  readonly postgresUs: number | undefined;
}

const warm_up_seconds_max = 1;
/** Requests made before the first round of a kind, a second; later ones go by what was reached. */
const first_guess: Record<Target, number> = { bare: 10_000, service: 20_000, twin: 4_000 };
const bare_requests_max = 30_000;

export async function measure(field: Field, scenario: Scenario, plan: Plan): Promise<Measured[]> {
  const { service, twin, bare, secrets } = field;
  const maker = requestMaker(scenario.name, secrets);
  await bare.show(await probe(service.port, maker(0)));
  if (scenario.targets.includes('twin')) await probe(twin.port, maker(0));
  const supplies = new Map(scenario.targets.map((target) => [target, createSupply(scenario, target)]));
  const measured: Measured[] = [];
  for (const connections of plan.connections) {
    const turn = async (target: Target, seconds: number): Promise<Measured | undefined> => {
      if (field.signal.aborted) return undefined;
      const supply = supplies.get(target);
      return supply === undefined ? undefined : oneRound(field, { scenario, target, connections, seconds, supply });
    };
    for (const target of scenario.targets) await turn(target, Math.min(plan.seconds, warm_up_seconds_max));
    await field.inspector?.startProfile();
    for (let round = 0; round < plan.rounds; round++) {
      for (const target of scenario.targets) {
        const one = await turn(target, plan.seconds);
        if (one !== undefined) measured.push(one);
      }
    }
    await saveProfile(field, `${scenario.name}-${connections}`);
  }
  return measured;
}

async function saveProfile({ inspector, reports }: Field, name: string): Promise<void> {
  if (inspector === undefined) return;
  await writeFile(path.join(reports, `${name.replaceAll(/\W+/g, '-')}.cpuprofile`), await inspector.stopProfile());
}

/** Which requests come next for one server. */
interface Supply {
  take(seconds: number, connections: number): { from: number; count: number; again: boolean };
  used(round: Round): void;
}

function createSupply({ reads, requestsMax }: Scenario, target: Target): Supply {
  if (reads) return { take: () => ({ from: 0, count: requestsMax, again: true }), used: () => undefined };
  if (target === 'bare') {
    return {
      take: () => ({ from: 0, count: Math.min(bare_requests_max, requestsMax), again: true }),
      used: () => undefined,
    };
  }
  // Number 0 was the probe.
  let from = 1;
  let rate = first_guess[target];
  return {
    take: (seconds, connections) => {
      const wanted = Math.ceil(rate * seconds * 1.5) + connections;
      return { from, count: Math.max(0, Math.min(wanted, requestsMax - from)), again: false };
    },
    used: (round) => {
      from += round.sent;
      rate = Math.max(round.rate, first_guess[target] / 4);
    },
  };
}

interface Turn {
  readonly scenario: Scenario;
  readonly target: Target;
  readonly connections: number;
  readonly seconds: number;
  readonly supply: Supply;
}

async function oneRound(
  field: Field,
  { scenario, target, connections, seconds, supply }: Turn,
): Promise<Measured | undefined> {
  const { load, secrets, postgresPid } = field;
  const { port, pid } = field[target];
  const requests = supply.take(seconds, connections);
  if (requests.count <= connections) return undefined;
  const { name, sticky = false } = scenario;
  const job = { scenario: name, sticky, secrets, ports: [port], connections, seconds, ...requests };
  await load.prepare(job);
  const before = [processorSeconds(pid), familySeconds(postgresPid)] as const;
  const round = await load.run(job);
  const after = [processorSeconds(pid), familySeconds(postgresPid)] as const;
  supply.used(round);
  const perAnswer = (place: 0 | 1): number | undefined => {
    const [from, to] = [before[place], after[place]];
    return from === undefined || to === undefined ? undefined : ((to - from) / round.answers) * 1e6;
  };
  return { ...round, target, connections, serverUs: perAnswer(0), postgresUs: perAnswer(1) };
}
