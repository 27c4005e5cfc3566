/** What customers do next: mostly what a fan would, by where they stand; now and then something else. */
import * as customers from './customers.ts';
import type { Crowd, Customer } from './customers.ts';
import { choose } from './random.ts';

type Action = (crowd: Crowd, customer: Customer) => Promise<void>;
type Weighted = readonly (readonly [weight: number, action: Action])[];

const { issue, look, leave, browse, hold, release, charge, pay, repeat } = customers;

const outside: Weighted = [
  [10, issue],
  [2, charge],
  [2, repeat],
  [1, look],
  [1, pay],
  [1, release],
];
const waiting: Weighted = [
  [10, look],
  [2, charge],
  [2, issue],
  [1, leave],
  // Direct links, past the waiting room.
  [1, hold],
  [1, browse],
  [1, pay],
];
const inside: Weighted = [
  [6, hold],
  [6, pay],
  [3, charge],
  [3, browse],
  [1, release],
  [1, look],
  [1, issue],
  [1, repeat],
  [1, leave],
];

/** One step of one customer. */
export async function act(crowd: Crowd, customer: Customer): Promise<void> {
  if (customer.queueToken === undefined) return issue(crowd, customer);
  const weighted = customer.status === 'ACTIVE' ? inside : customer.status === 'WAIT' ? waiting : outside;
  return choose(crowd.random, weighted)(crowd, customer);
}

/** Lets every customer act, one step after the other, until `isOver`. All customers at once. */
export async function letLoose(crowd: Crowd, all: readonly Customer[], isOver: () => boolean): Promise<void> {
  await Promise.all(
    all.map(async (customer) => {
      while (!isOver()) await act(crowd, customer);
    }),
  );
}
