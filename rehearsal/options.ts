/** What can be asked of `npm run rehearse`. */
import { parseArgs } from 'node:util';
import { readBalance, type Balance } from './balancing/balancer.ts';
import type { Money } from './history.ts';

export interface Options {
  readonly seats: number;
  readonly fans: number;
  readonly maxActive: number;
  /** Seconds over which the fans come; most of them in the first tenth. */
  readonly arrival: number;
  /** Seconds that a fan waits, on average, before giving up. */
  readonly patience: number;
  /** Seconds that a fan who is inside takes for one decision, on average. */
  readonly think: number;
  /** Share of the fans who close the tab while they wait; half of them come back. */
  readonly absent: number;
  readonly cheaters: number;
  /** How wallets are filled: for the asking, or by orders through the sandbox, with its misfortunes. */
  readonly money: Money;
  /**
   * Share of the fans who give back what they paid for. With 0 nobody does, no date is called off or moved, and the line is not
   * bound to the seats that can be had.
   */
  readonly cancelling: number;
  /** How many dates are called off in mid-sale, where any is. */
  readonly calledOff: number;
  readonly servers: number;
  /** What a balancer before them knows; undefined: there is none, each connection of the crowd is to the next server. */
  readonly balance: Balance | undefined;
  readonly seed: number;
  /** Of the concert that is put on sale. */
  readonly sessionSeconds: number;
  readonly holdSeconds: number;
  readonly graceSeconds: number;
  /** Keep-alive connections of the crowd, at most. */
  readonly connections: number;
  /** Fans with an account of their own instead of a token of an identity provider. */
  readonly accounts: number;
  /** The sale is ended after so many seconds, sold out or not. */
  readonly limit: number;
  /** A service that runs already. Undefined: servers and a database of one's own. */
  readonly url: string | undefined;
  readonly operatorEmail: string | undefined;
  readonly operatorPassword: string | undefined;
  readonly identitySecret: string | undefined;
  /** Where the report goes. */
  readonly report: string;
}

/** One at least goes on. */
const dates_called_off_max = 3;

export const usage = `npm run rehearse -- [options]
  the sale     --seats 1000  --fans 2000  --max-active 100  --session 60  --hold 20  --grace 5
  the crowd    --arrival 10  --patience 120  --think 1  --absent 0.1  --cheaters 0.02  --accounts 20  --seed 1
               --cancelling 0.1 give back what they paid for  --called-off 1 dates in mid-sale; with --cancelling 0 the line is not bound to its seats
  the money    --money open, or sandbox: wallets are filled by orders through the simulated gateway, with a share of each misfortune
  the service  --servers 1 (of several: --balance connections or concert puts a balancer before them), or --url https://… with --operator-email, --operator-password (or ADMIN_EMAIL, ADMIN_PASSWORD)
               and --identity-secret (or IDENTITY_JWT_SECRET); without that secret every fan signs up
  the run      --limit 900  --connections 128  --report reports/rehearsal
Times are in seconds; --absent, --cheaters and --cancelling are shares of the crowd.`;

const texts = {
  seats: '1000',
  fans: undefined,
  'max-active': undefined,
  arrival: '10',
  patience: '120',
  think: '1',
  absent: '0.1',
  cheaters: '0.02',
  money: 'open',
  cancelling: '0.1',
  'called-off': '1',
  servers: '1',
  balance: undefined,
  seed: '1',
  session: '60',
  hold: '20',
  grace: '5',
  connections: '128',
  accounts: undefined,
  limit: '900',
  url: undefined,
  'operator-email': undefined,
  'operator-password': undefined,
  'identity-secret': undefined,
  report: 'reports/rehearsal',
} as const;
type Name = keyof typeof texts;

/** Answers the options, or `help`. Throws an error of one line for a wrong one. */
export function readOptions(
  args: string[],
  environment: Readonly<Record<string, string | undefined>>,
): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      ...(Object.fromEntries(Object.keys(texts).map((name) => [name, { type: 'string' }])) as Record<
        Name,
        { type: 'string' }
      >),
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const number = (name: Name, min: number, max: number, otherwise = Number.NaN): number => {
    const text = values[name] ?? texts[name];
    const value = text === undefined ? otherwise : Number(text);
    if (!(value >= min && value <= max)) throw new Error(`--${name} must be a number from ${min} to ${max}`);
    return value;
  };
  const whole = (name: Name, min: number, max: number, otherwise?: number): number =>
    Math.round(number(name, min, max, otherwise));
  const seats = whole('seats', 1, 1_000_000);
  const fans = whole('fans', 1, 1_000_000, seats * 2);
  const cancelling = number('cancelling', 0, 1);
  const identitySecret = values['identity-secret'] ?? environment['IDENTITY_JWT_SECRET'];
  const everybody = values.url !== undefined && identitySecret === undefined;
  return {
    seats,
    fans,
    maxActive: whole('max-active', 1, 1_000_000, Math.min(2_500, Math.max(50, Math.round(seats / 10)))),
    arrival: number('arrival', 0, 86_400),
    patience: number('patience', 1, 86_400),
    think: number('think', 0, 600),
    absent: number('absent', 0, 1),
    cheaters: number('cheaters', 0, 1),
    money: moneyOf(values.money ?? texts.money),
    cancelling,
    calledOff: whole('called-off', 0, dates_called_off_max),
    servers: whole('servers', 1, 16),
    balance: balanceOf(values),
    seed: whole('seed', 0, 2 ** 31),
    sessionSeconds: whole('session', 1, 86_400),
    holdSeconds: whole('hold', 1, 86_400),
    graceSeconds: whole('grace', 1, 3_600),
    connections: whole('connections', 1, 10_000),
    accounts: everybody ? fans : Math.min(fans, whole('accounts', 0, 1_000_000, 20)),
    limit: number('limit', 1, 86_400),
    url: values.url?.replace(/\/$/, ''),
    operatorEmail: values['operator-email'] ?? environment['ADMIN_EMAIL'],
    operatorPassword: values['operator-password'] ?? environment['ADMIN_PASSWORD'],
    identitySecret,
    report: values.report ?? texts.report,
  };
}

function balanceOf({ balance, url }: { readonly balance?: string; readonly url?: string }): Balance | undefined {
  if (balance === undefined) return undefined;
  if (url !== undefined) throw new Error('--balance is for servers that are started here, and with --url none are');
  return readBalance(balance);
}

function moneyOf(text: string): Money {
  if (text !== 'open' && text !== 'sandbox') throw new Error('--money must be open or sandbox');
  return text;
}
