/**
 * The only reader of process.env: a frozen, typed value, or one line that names the wrong variable and says
 * what it must be. README's table says what each is for.
 */
import { isIP } from 'node:net';
import path from 'node:path';
import { CannotStart } from './platform/cannot-start.ts';
import { readDatabaseAddress } from './platform/database-address.ts';
import { generatedSecret } from './platform/generated-secret.ts';

const log_levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof log_levels)[number];

export interface Config {
  readonly host: string;
  /** 0 asks for any free port; main.ts settles it before anything else is built. */
  readonly port: number;
  readonly publicUrl: string;
  /** Whose `X-Forwarded-For` is believed, and whose connections are never held back: addresses, ranges (10.0.0.0/8), `loopback`, `linklocal`, `uniquelocal`. */
  readonly trustedProxies: readonly string[];
  /** Undefined: the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** Absolute. Holds the embedded database and the generated secrets. */
  readonly dataDir: string;
  /** Signs sessions and queue tokens; the same on every server of one database. */
  readonly authSecret: string;
  readonly admin: { readonly email: string; readonly password: string } | undefined;
  readonly identityJwtSecret: string | undefined;
  readonly identityJwks: { readonly url: string; readonly issuer: string; readonly audience: string } | undefined;
  readonly money: MoneyConfig;
  /** Seed the demo if there is no concert yet. */
  readonly demo: boolean;
  readonly rateLimit: boolean;
  readonly logLevel: LogLevel;
  /** So long what is over is kept: ended places, holds that ran out or were given back, attempts at seats. */
  readonly retentionDays: number;
  /** Connections to the database, at most. */
  readonly poolMax: number;
  /** Commands in one batch of a lane, at most; undefined leaves each lane its own. 1 is the benchmark's twin. */
  readonly laneBatchMax: number | undefined;
}

/** Who may fill a wallet, and how. */
export interface MoneyConfig {
  /** `open`: anybody, for the asking; `gateway`: orders alone; `service`: also callers of the scope `wallet:charge`. */
  readonly charges: 'open' | 'gateway' | 'service';
  /** What a wallet may hold by charges and open orders, in whole units of the currency. */
  readonly walletMax: number;
  /** The simulated gateway; never beside a real one. */
  readonly sandbox: boolean;
  /** `api` is where it is asked: scheme and host, without a slash at the end. */
  readonly toss: { readonly clientKey: string; readonly secretKey: string; readonly api: string } | undefined;
  readonly stripe: { readonly secretKey: string; readonly webhookSecret: string; readonly api: string } | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks all variables. Refuses with `CannotStart`. Writes nothing but a generated `AUTH_SECRET`. */
export function readConfig(environment: Environment = process.env): Config {
  const database = readDatabase(environment);
  const embedded = database.databaseUrl === undefined;
  const money = readMoney(environment, embedded);
  return Object.freeze({
    ...readAddress(environment),
    ...database,
    admin: readAdmin(environment),
    ...readIdentity(environment),
    money,
    // What is invented is not put on sale for real money by saying nothing.
    ...readSwitches(environment, { demoDefault: embedded && (money.toss ?? money.stripe) === undefined }),
  });
}

/** `http://HOST:PORT`, with the brackets that an IPv6 address needs. */
export function addressOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function readAddress(environment: Environment): Pick<Config, 'host' | 'port' | 'publicUrl' | 'trustedProxies'> {
  const { text, integer } = reader(environment);
  const host = text('HOST', /^[\w.:%-]{1,253}$/, 'a host name or address') ?? '127.0.0.1';
  const port = integer('PORT', 0, 65_535) ?? 3000;
  const publicUrl = text('PUBLIC_URL', isHttpUrl, 'an address like https://tickets.example') ?? addressOf(host, port);
  const proxies = text(
    'TRUST_PROXY',
    (given) => given.split(',').every(isProxy),
    'addresses, ranges like 10.0.0.0/8 (at least /1), loopback, linklocal or uniquelocal, with commas',
  );
  return { host, port, publicUrl, trustedProxies: proxies?.split(',').map((proxy) => proxy.trim()) ?? [] };
}

/** Where the database is: all that a command needs which only looks at it. Refuses with `CannotStart`. */
export function readDatabasePlace(environment: Environment = process.env): Pick<Config, 'databaseUrl' | 'dataDir'> {
  const { text } = reader(environment);
  return {
    databaseUrl: readDatabaseUrl(environment),
    dataDir: path.resolve(text('DATA_DIR', /./, 'a directory') ?? '.data'),
  };
}

function readDatabaseUrl(environment: Environment): string | undefined {
  const url = reader(environment).text(
    'DATABASE_URL',
    /^postgres(ql)?:\/\/./,
    'like postgres://user:password@host:5432/name',
  );
  // Whatever is wrong with it is said before anything is opened.
  if (url !== undefined) readDatabaseAddress(url);
  return url;
}

function readDatabase(environment: Environment): Pick<Config, 'databaseUrl' | 'dataDir' | 'authSecret' | 'poolMax'> {
  const { text, integer } = reader(environment);
  const { databaseUrl, dataDir } = readDatabasePlace(environment);
  const authSecret = text('AUTH_SECRET', /^.{32,}$/s, 'at least 32 characters');
  if (databaseUrl !== undefined && authSecret === undefined) {
    throw new CannotStart('AUTH_SECRET must be set (at least 32 characters) when DATABASE_URL is');
  }
  return {
    databaseUrl,
    dataDir,
    authSecret: authSecret ?? generatedSecret(dataDir, 'auth-secret'),
    poolMax: integer('POOL_MAX', 2, 500) ?? 16,
  };
}

function readAdmin(environment: Environment): Config['admin'] {
  const { text } = reader(environment);
  // Signing in takes ASCII alone: with another address the operator would be made and never come in.
  const email = text('ADMIN_EMAIL', /^[\x21-\x3f\x41-\x7e]+@[\w.-]+\.[\w-]+$/, 'an e-mail address in ASCII');
  const password = text('ADMIN_PASSWORD', /^.{8,128}$/s, '8 to 128 characters');
  if (email !== undefined && password !== undefined) return { email, password };
  if (email !== undefined)
    throw new CannotStart('ADMIN_PASSWORD must be set (8 to 128 characters) when ADMIN_EMAIL is');
  if (password !== undefined)
    throw new CannotStart('ADMIN_EMAIL must be set (an e-mail address) when ADMIN_PASSWORD is');
  return undefined;
}

function readIdentity(environment: Environment): Pick<Config, 'identityJwtSecret' | 'identityJwks'> {
  const { text } = reader(environment);
  const identityJwtSecret = text('IDENTITY_JWT_SECRET', /./s, 'the secret that access tokens are signed with');
  const url = text('IDENTITY_JWKS_URL', isHttpUrl, 'an address like https://login.example/jwks.json');
  const issuer = text('IDENTITY_ISSUER', /./, 'the issuer ("iss") of the access tokens');
  const audience = text('IDENTITY_AUDIENCE', /./, 'the audience ("aud") of the access tokens');
  if (url !== undefined && issuer !== undefined && audience !== undefined) {
    return { identityJwtSecret, identityJwks: { url, issuer, audience } };
  }
  // A token of the right key but for another application must not open the door, so none may be left out.
  const given = { IDENTITY_JWKS_URL: url, IDENTITY_ISSUER: issuer, IDENTITY_AUDIENCE: audience };
  const missing = Object.entries(given).filter(([, value]) => value === undefined);
  if (missing.length === 3) return { identityJwtSecret, identityJwks: undefined };
  const names = Object.keys(given).join(', ');
  throw new CannotStart(`${missing.map(([name]) => name).join(' and ')} must be set: ${names} belong together`);
}

const toss_api = 'https://api.tosspayments.com';
const stripe_api = 'https://api.stripe.com';
const wallet_max = 100_000_000;

function readMoney(environment: Environment, embedded: boolean): MoneyConfig {
  const gateways = readGateways(environment);
  const real = gateways.toss === undefined ? gateways.stripe && 'STRIPE_SECRET_KEY' : 'TOSS_SECRET_KEY';
  const sandbox = readSandbox(environment, embedded, real);
  const charges = readCharges(environment, embedded, real);
  if (charges !== 'open' && real === undefined && !sandbox) {
    throw new CannotStart(
      `CHARGES must be open where there is no gateway: for ${charges}, set TOSS_CLIENT_KEY and TOSS_SECRET_KEY, STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or SANDBOX=on to try`,
    );
  }
  const walletMax = reader(environment).integer('WALLET_MAX', 1, wallet_max) ?? wallet_max;
  return { charges, walletMax, sandbox, ...gateways };
}

/** `real`: the variable that names a real gateway, if there is one. */
function readSandbox(environment: Environment, embedded: boolean, real: string | undefined): boolean {
  const asked = reader(environment).oneOf('SANDBOX', ['on', 'off']);
  if (asked === 'on' && real !== undefined) {
    throw new CannotStart(`SANDBOX must not be on beside ${real}: its money is play money`);
  }
  return asked === undefined ? embedded && real === undefined : asked === 'on';
}

function readCharges(environment: Environment, embedded: boolean, real: string | undefined): MoneyConfig['charges'] {
  const charges = reader(environment).oneOf('CHARGES', ['open', 'gateway', 'service']);
  if (charges === undefined && !embedded) {
    throw new CannotStart(
      'CHARGES must be set when DATABASE_URL is: gateway (wallets are filled by payments), service (by a service of yours too) or open (by whoever asks: play money)',
    );
  }
  // Also where it is the default: nobody gets play money beside a real gateway by saying nothing.
  if ((charges ?? 'open') === 'open' && real !== undefined) {
    throw new CannotStart(`CHARGES must be gateway or service beside ${real}: with open, whoever asks gets play money`);
  }
  return charges ?? 'open';
}

/** What a key may be, and how one is described. A key of a shape that is not known here is theirs to make. */
interface KeyShape {
  readonly not: RegExp;
  readonly is: string;
}
/** Browsers are given it: a secret key here would be everybody's. */
const toss_client: KeyShape = {
  not: /^(?:test|live)_g?sk_/,
  is: 'a client key of Toss Payments (test_ck_… or live_ck_…)',
};
const toss_secret: KeyShape = {
  not: /^(?:test|live)_g?ck_/,
  is: 'a secret key of Toss Payments (test_sk_… or live_sk_…)',
};
const stripe_secret: KeyShape = { not: /^(?:pk|whsec)_/, is: 'a secret key of Stripe (sk_… or rk_…)' };
const stripe_signing: KeyShape = { not: /^[spr]k_/, is: 'the signing secret of Stripe’s webhook (whsec_…)' };

/** The real gateways that there are keys for: all that a command needs which only tries them. Refuses with `CannotStart`. */
export function readGateways(environment: Environment = process.env): Pick<MoneyConfig, 'toss' | 'stripe'> {
  const { text } = reader(environment);
  const api = (name: string, otherwise: string): string =>
    (text(name, isHttpUrl, 'an address like https://api.example') ?? otherwise).replace(/\/+$/, '');
  const key = (name: string, { not, is }: KeyShape): string | undefined =>
    text(name, (given) => /^[\x21-\x7e]{8,255}$/.test(given) && !not.test(given), is);
  const pair = (first: string, second: string, shapes: readonly [KeyShape, KeyShape]) => {
    const given = [key(first, shapes[0]), key(second, shapes[1])] as const;
    if (given[0] === undefined && given[1] === undefined) return undefined;
    if (given[0] === undefined) throw new CannotStart(`${first} must be set when ${second} is`);
    if (given[1] === undefined) throw new CannotStart(`${second} must be set when ${first} is`);
    return [given[0], given[1]] as const;
  };
  const [tossApi, stripeApi] = [api('TOSS_API', toss_api), api('STRIPE_API', stripe_api)];
  const toss = pair('TOSS_CLIENT_KEY', 'TOSS_SECRET_KEY', [toss_client, toss_secret]);
  if (toss !== undefined && toss[0].startsWith('live_') !== toss[1].startsWith('live_')) {
    throw new CannotStart(
      'TOSS_CLIENT_KEY and TOSS_SECRET_KEY must be of one pair: one of them is a live key, the other is not',
    );
  }
  const stripe = pair('STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', [stripe_secret, stripe_signing]);
  return {
    toss: toss && { clientKey: toss[0], secretKey: toss[1], api: tossApi },
    stripe: stripe && { secretKey: stripe[0], webhookSecret: stripe[1], api: stripeApi },
  };
}

/** Long enough for every question about a sale that people still remember. */
const retention_days_default = 30;
const retention_days_max = 3_650;

function readSwitches(
  environment: Environment,
  { demoDefault }: { readonly demoDefault: boolean },
): Pick<Config, 'demo' | 'rateLimit' | 'logLevel' | 'retentionDays' | 'laneBatchMax'> {
  const { oneOf, integer } = reader(environment);
  const demo = oneOf('DEMO', ['true', 'false']);
  return {
    demo: demo === undefined ? demoDefault : demo === 'true',
    rateLimit: oneOf('RATE_LIMIT', ['on', 'off']) !== 'off',
    logLevel: oneOf('LOG_LEVEL', log_levels) ?? 'info',
    retentionDays: integer('RETENTION_DAYS', 1, retention_days_max) ?? retention_days_default,
    laneBatchMax: integer('LANE_BATCH_MAX', 1, 10_000),
  };
}

/** One reader per kind of value; an empty variable counts as not set. */
function reader(environment: Environment) {
  const text = (name: string, allowed: RegExp | ((value: string) => boolean), mustBe: string): string | undefined => {
    const value = environment[name];
    if (value === undefined || value === '') return undefined;
    const fits = typeof allowed === 'function' ? allowed(value) : allowed.test(value);
    // A secret is named but never shown.
    if (!fits) throw new CannotStart(`${name} must be ${mustBe}`);
    return value;
  };
  return {
    text,
    oneOf: <T extends string>(name: string, values: readonly T[]): T | undefined => {
      const value = text(name, (given) => values.some((allowed) => allowed === given), values.join(' or '));
      return values.find((allowed) => allowed === value);
    },
    integer: (name: string, min: number, max: number): number | undefined => {
      const fits = (given: string): boolean => /^\d{1,9}$/.test(given) && Number(given) >= min && Number(given) <= max;
      const value = text(name, fits, `a whole number from ${min} to ${max}`);
      return value === undefined ? undefined : Number(value);
    },
  };
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function isProxy(given: string): boolean {
  const [address = '', bits, ...rest] = given.trim().split('/');
  if (['loopback', 'linklocal', 'uniquelocal'].includes(given.trim())) return true;
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  // A range of everything would have everybody choose the address that is counted. One of IPv4 within IPv6 has its own bits.
  return /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (family === 4 || address.includes('.') ? 32 : 128);
}
