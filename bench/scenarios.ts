/** What is measured, against which goals. */
import { hall_fans, holds_per_fan, type ScenarioName } from './requests.ts';

export type Target = 'bare' | 'service' | 'twin';

/** Below it a batch is of few, and what it costs by itself decides: no goal of the bare server or of batching is for that. */
export const crowd_connections_min = 64;

export interface Scenario {
  readonly name: ScenarioName;
  /** With a crowd's connections. Bare: of the bare server's rate. Twin: times the rate of the service with lanes of one command. */
  readonly goal: { readonly bare?: number; readonly twin?: number };
  readonly targets: readonly Target[];
  /** Whether a request may be sent again; one that writes may not. */
  readonly reads: boolean;
  /** Every connection is one fan, who asks again and again. */
  readonly sticky?: boolean;
  /** How many requests there are. */
  readonly requestsMax: number;
}

/** Distinct fans who poll through a proxy: more than the server remembers verified tokens. */
const polling_fans = 250_000;
const looking_fans = 50_000;

const reading = { reads: true, targets: ['bare', 'service'] } as const;
const writing = { reads: false, targets: ['bare', 'service', 'twin'], requestsMax: Infinity } as const;

/** `payments` is how many fans stand ready to pay. */
export function scenarios(payments: number): Scenario[] {
  return [
    // As browsers poll: a connection is a fan. And as through a proxy: every request comes from another fan.
    { name: 'status', goal: { bare: 0.85 }, ...reading, sticky: true, requestsMax: polling_fans },
    { name: 'status, through a proxy', goal: {}, ...reading, requestsMax: polling_fans },
    { name: 'seats', goal: { bare: 0.8 }, ...reading, sticky: true, requestsMax: looking_fans },
    { name: 'seats, through a proxy', goal: {}, ...reading, requestsMax: looking_fans },
    { name: 'issue', goal: { bare: 0.6, twin: 8 }, ...writing },
    { name: 'hold', goal: { bare: 0.65, twin: 8 }, ...writing, requestsMax: hall_fans * holds_per_fan },
    { name: 'charge', goal: { bare: 0.65, twin: 8 }, ...writing },
    { name: 'charge, one fan', goal: {}, ...writing },
    { name: 'pay', goal: { bare: 0.5, twin: 10 }, ...writing, requestsMax: payments },
  ];
}
