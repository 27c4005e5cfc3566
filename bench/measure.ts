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
  /**
   * Before the first rounds of a kind each server answers so many of it, whatever it is measured with then: with one
   * connection it would stay cold for minutes.
   */
  readonly warmUpRequests: number;
  /** Stops between two rounds. */
  readonly signal: AbortSignal;
}

export interface Plan {
  readonly connections: number;
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

/** The twin is slow, and much of its code the service's. */
const warm_up_shares: Record<Target, number> = { bare: 1, service: 1, twin: 0.4 };
const warm_up_connections = 64;
const warm_up_seconds_max = 30;
/** And then at each number of connections. */
export const settling_seconds_max = 1;
/** Requests made before the first round of a kind, a second; later ones go by what was reached. */
const first_guess: Record<Target, number> = { bare: 10_000, service: 20_000, twin: 4_000 };
const bare_requests_max = 30_000;

/** Rounds of one kind of request, plan by plan. */
export async function measure(field: Field, scenario: Scenario, plans: readonly Plan[]): Promise<Measured[]> {
  const { service, twin, bare, secrets } = field;
  const maker = requestMaker(scenario.name, secrets);
  await bare.show(await probe(service.port, maker(0)));
  if (scenario.targets.includes('twin')) await probe(twin.port, maker(0));
  const supplies = new Map(scenario.targets.map((target) => [target, createSupply(scenario, target)]));
  const turn = async (target: Target, kind: RoundKind): Promise<Measured | undefined> => {
    if (field.signal.aborted) return undefined;
    const supply = supplies.get(target);
    return supply === undefined ? undefined : oneRound(field, { scenario, target, supply, ...kind });
  };
  const measured: Measured[] = [];
  const warmUp = { connections: warm_up_connections, seconds: warm_up_seconds_max };
  for (const target of scenario.targets)
    await turn(target, { ...warmUp, requestsMax: field.warmUpRequests * warm_up_shares[target] });
  for (const { connections, seconds, rounds } of plans) {
    const settling = { connections, seconds: Math.min(seconds, settling_seconds_max) };
    for (const target of scenario.targets) await turn(target, settling);
    await field.inspector?.startProfile();
    for (let round = 0; round < rounds; round++) {
      for (const target of scenario.targets) {
        const one = await turn(target, { connections, seconds });
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
  take(round: RoundKind): Requests;
  used(round: Round): void;
}

interface Requests {
  readonly from: number;
  readonly count: number;
  readonly again: boolean;
}

function createSupply({ reads, requestsMax: suppliesMax }: Scenario, target: Target): Supply {
  if (reads || target === 'bare') {
    const most = reads ? suppliesMax : Math.min(bare_requests_max, suppliesMax);
    // A round that ends after so many sends each once.
    return {
      take: ({ requestsMax = Infinity }) => ({
        from: 0,
        count: Math.min(most, requestsMax),
        again: requestsMax > most,
      }),
      used: () => undefined,
    };
  }
  // Number 0 was the probe.
  let from = 1;
  let rate = first_guess[target];
  return {
    take: ({ seconds, connections, requestsMax = Infinity }) => {
      const wanted = Math.min(requestsMax, Math.ceil(rate * seconds * 1.5) + connections);
      return { from, count: Math.max(0, Math.min(wanted, suppliesMax - from)), again: false };
    },
    used: (round) => {
      from += round.sent;
      rate = Math.max(round.rate, first_guess[target] / 4);
    },
  };
}

interface RoundKind {
  readonly connections: number;
  readonly seconds: number;
  /** The round also ends when so many are sent. */
  readonly requestsMax?: number;
}

type Turn = RoundKind & { readonly scenario: Scenario; readonly target: Target; readonly supply: Supply };

async function oneRound(field: Field, { scenario, target, supply, ...kind }: Turn): Promise<Measured | undefined> {
  const { load, secrets, postgresPid } = field;
  const { port, pid } = field[target];
  const { connections, seconds } = kind;
  const requests = supply.take(kind);
  if (requests.count <= connections) return undefined;
  const { name } = scenario;
  // Requests that are sent once are sent by whoever is next.
  const sticky = requests.again && scenario.sticky === true;
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
