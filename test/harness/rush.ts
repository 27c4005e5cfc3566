/** A crowd that keeps going while a test breaks things around it. */
import assert from 'node:assert/strict';
import { letLoose } from './behaviour.ts';
import { newFans, type BoxOffice } from './box-office.ts';
import { createCrowd, createCustomer, type Crowd, type Customer } from './customers.ts';
import { eventually } from './eventually.ts';
import { dice } from './properties.ts';
import { seeded } from './random.ts';
import { assertLineInOrder, settle } from './reckoning.ts';

export interface Rush {
  readonly crowd: Crowd;
  readonly customers: readonly Customer[];
  /** Resolves when `count` more steps were answered by a server. */
  answered(count: number): Promise<void>;
  /** Ends the rush; fails with the first answer that nobody documented. */
  over(): Promise<void>;
  /** Compares all books with what the service says now. */
  settle(): Promise<void>;
}

const price = 1_000;
const wait_ms_max = 60_000;

/** Starts `fans` customers of a new, tiny concert on these servers. */
export async function startRush(offices: readonly [BoxOffice, ...BoxOffice[]], fans: number): Promise<Rush> {
  const [office] = offices;
  const sections = [{ name: 'A', rows: 4, seatsPerRow: 10, grade: 'R', price }];
  const performances = ['2030-05-01T10:00:00Z', '2030-05-02T10:00:00Z'].map((startsAt) => ({ startsAt, sections }));
  const concert = await office.createConcert({ maxActive: Math.ceil(fans / 3), graceSeconds: 600, performances });
  const { seed = 1 } = dice(1);
  const sale = { ...concert, seats: 40, price };
  const crowd = createCrowd({ offices: [...offices], sale, random: seeded(seed), rough: true });
  const customers = newFans(fans).map(createCustomer);
  let isOver = false;
  const going = letLoose(crowd, customers, () => isOver);
  // Whoever waits for the end hears of it; a test that fails earlier must not end in silence.
  going.catch(() => (isOver = true));
  const answers = (): number => {
    let sum = 0;
    for (const [what, count] of crowd.answers) if (!/lost|OVERLOADED/.test(what)) sum += count;
    return sum;
  };
  const over = async (): Promise<void> => {
    isOver = true;
    await going;
  };
  return {
    crowd,
    customers,
    answered: async (count) => {
      const enough = answers() + count;
      await Promise.race([
        going,
        eventually(() => assert(answers() >= enough, `${answers()} of ${enough} answers`), wait_ms_max),
      ]);
      if (isOver) await going;
    },
    over,
    settle: async () => {
      await over();
      await Promise.all(customers.map((customer) => settle(crowd, customer)));
      assertLineInOrder(crowd);
    },
  };
}
