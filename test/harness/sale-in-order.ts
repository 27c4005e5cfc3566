/** A small sale in which everything is as it should be, as a history: what the rehearsal's checks are tried on. */
import type { Call, Facts, Op, Terms } from '../../rehearsal/history.ts';

export const terms: Terms = {
  history: 1,
  epoch: 1_900_000_000_000,
  concertId: 'concert001',
  maxActive: 2,
  sessionSeconds: 60,
  holdSeconds: 20,
  graceSeconds: 5,
  maxSeatsPerFan: 4,
  rough: false,
};
export const price = 100;

type At = readonly [start: number, end: number | null, status?: number];

/** `at`: when it was sent, when its answer was complete (null: never), and the answer's status. */
export function call(fan: number, op: Op, at: At, facts: Facts = {}): Call {
  const [start, end, status = 200] = at;
  return { fan, op, start, end, status: end === null ? 0 : status, code: status >= 400 ? 'CODE' : '', facts };
}

export const waiting = (position: number): Facts => ({ spell: 1, standing: 'WAIT', position });
export const admitted = (at: number): Facts => ({
  spell: 1,
  standing: 'ACTIVE',
  expiresAt: at + terms.sessionSeconds * 1_000,
});

/** One fan's purchase of one seat, a second long, from `at` on. */
function purchase(fan: number, seat: number, at: number): Call[] {
  const reservation = `r${fan}`;
  return [
    call(fan, 'performances', [at, at + 5], { spell: 1 }),
    call(fan, 'hold', [at + 100, at + 120, 201], { ...held(fan, [seat]), heldUntil: at + 110 + 20_000 }),
    call(fan, 'charge', [at + 200, at + 220, 201], { key: `c${fan}`, id: `charge${fan}`, amount: 150, balance: 150 }),
    call(fan, 'pay', [at + 980, at + 1_010, 201], {
      spell: 1,
      key: `p${fan}`,
      id: `pay${fan}`,
      reservation,
      amount: price,
      balance: 50,
      paidAt: at + 1_000,
    }),
  ];
}

export function held(fan: number, seats: readonly number[]): Facts {
  return { spell: 1, performance: 'd1', seats, reservation: `r${fan}`, amount: price * seats.length };
}

function books(fan: number, seat: number, at = 20_000): Call[] {
  const entries = [['CHARGE', 150, 150, `charge${fan}`] as const, ['PAYMENT', -price, 50, `pay${fan}`] as const];
  const reservations = [[`r${fan}`, 'CONFIRMED', 'd1', [seat], price] as const];
  return [
    call(fan, 'wallet', [at, at + 5], { balance: 50 }),
    call(fan, 'entries', [at + 10, at + 15], { entries }),
    call(fan, 'reservations', [at + 20, at + 25], { reservations }),
  ];
}

/** Five fans, two inside at a time, each buys the seat of their number. Fan n is let in at `inAt[n]`. */
export function cleanSale(): Call[] {
  const inAt = [0, 1_000, 1_000, 2_100, 2_200, 3_200];
  const calls: Call[] = [];
  for (let fan = 1; fan <= 5; fan++) {
    const at = inAt[fan] ?? 0;
    calls.push(call(fan, 'issue', [fan * 10, fan * 10 + 8, 201], { ...waiting(fan), place: fan }));
    for (let poll = 1_000; poll < at; poll += 500)
      calls.push(call(fan, 'status', [poll + fan, poll + fan + 3], waiting(1)));
    calls.push(call(fan, 'status', [at + 20, at + 25], admitted(at)));
    const pays = fan === 1 ? 1_095 : fan === 2 ? 1_150 : at + 30;
    calls.push(...purchase(fan, fan, pays));
  }
  // Told again long after it was paid for, as it was then.
  const told = { ...held(5, [5]), heldUntil: 3_230 + 110 + 20_000 };
  calls.push(call(5, 'hold', [30_000, 30_010, 201], { ...told, key: 'h5', again: true }));
  calls.push(call(6, 'charge', [5_000, null], { key: 'lost', amount: 70 }));
  calls.push(call(6, 'charge', [5_100, 5_110, 201], { key: 'lost', amount: 70, id: 'charge6', balance: 70 }));
  calls.push(call(6, 'status', [5_200, 5_201, 401], { forged: true }));
  for (let at = 0; at < 5_000; at += 500) calls.push(call(-1, 'overview', [at, at + 4], { active: 2, waiting: 3 }));
  for (let fan = 1; fan <= 5; fan++) calls.push(...books(fan, fan));
  calls.push(call(6, 'entries', [20_500, 20_505], { entries: [['CHARGE', 70, 70, 'charge6']] }));
  calls.push(call(-1, 'overview', [21_000, 21_010], { active: 2, waiting: 0, revenue: 5 * price }));
  return calls.map((one) =>
    one.op === 'charge' && one.end === null ? { ...one, facts: { ...one.facts, hasty: true } } : one,
  );
}
