/**
 * How much one may ask, counted in memory over a short window, in units of work: an ordinary poll is one
 * (`costs.ts`). Who has shown something that this service accepted is counted by that; everybody else by the address,
 * for what nobody has verified may be invented anew for each request. A look-up or two in a map, because it stands
 * before every request: the rate-limit plugin cost a tenth of the whole rate here, this costs nothing that can be measured.
 */
import type { Cost } from './costs.ts';

interface Allowance {
  readonly unitsMax: number;
  readonly windowMs: number;
}

/** Polls come every second at most; this leaves room for a page that opens with a dozen requests. */
const of_caller: Allowance = { unitsMax: 400, windowMs: 10_000 };
/**
 * Of all at one address who have shown something: a campus or a mobile network with 5,000 fans who poll once a second,
 * twice over. At 30 µs a unit, what the processor has to give in three of the ten seconds.
 */
const of_address_accepted: Allowance = { unitsMax: 100_000, windowMs: 10_000 };
/**
 * Of all at one address who have shown nothing, or nothing that was accepted yet: the same campus opening its pages
 * and taking its places within a minute. A tenth of a processor; in a short window, since whoever asks for all of
 * it at once takes it from everybody.
 */
const of_address: Allowance = { unitsMax: 8_000, windowMs: 2_500 };
/** What is known of nobody takes no shortcut: the framework answers, or refuses, in the time of three polls. */
const stranger_units_min = 3;
/** Who shows a place that nobody gave them has a signature verified besides, and is refused. */
const forged_units_min = 8;
/** Signing up, and signing in, each: passwords are dear to check and worth guessing. */
const of_address_passwords: Allowance = { unitsMax: 100, windowMs: 60_000 };
/** Refusals that are told; to an address that has had so many, nothing more is said to what is no request. */
const of_address_refusals: Allowance = { unitsMax: 1_000, windowMs: 10_000 };
/** A refusal is work too. */
const refusal_units = 3;
const connection_units = 1;
/** Keys counted in a window, at most; about 20 MB. */
const keys_max = 200_000;
/** The keys beyond share so many allowances: nobody passes uncounted, and few are harmed by a flood of others. */
const shared_max = 1_024;
/** Keys of what was accepted, in each of two generations, and how long one lasts. */
const accepted_max = 100_000;
const accepted_ms = 5 * 60_000;

/** Whom a request is counted for. */
export interface Asker {
  /** An address, or the /64 that it lies in. */
  readonly network: string;
  /** What the request shows of who asks, if it shows anything. */
  readonly shown: number | undefined;
  /** Whether that was verified; else `Limits` knows by what it was told before. */
  readonly isVerified: boolean;
  /** It shows a place in line that this service did not give. */
  readonly isForged?: boolean;
}

/** All waits are in ms; 0 is none. Nobody passes uncounted. */
export interface Limits {
  /** Counts a connection. */
  connected(network: string): void;
  /** For how long the asker has used up what there is, whatever it would cost; counts a refusal if so. */
  usedUp(asker: Asker): number;
  /** Counts a request; for how long it is refused. */
  charge(asker: Asker, cost: Cost): number;
  /** Counts what was thrown away, or was no request, as refusals; false if enough were told. */
  wasted(network: string, requests: number): boolean;
  /** Whether the asker shows something of which nobody knows yet whether it will be accepted. */
  isNew(asker: Asker): boolean;
  /** Whether strangers at an address have used up half of what there is. */
  isScarce(network: string): boolean;
  /** What the asker shows is known to be good: from the next request on it has an allowance of its own. */
  introduced(asker: Asker): void;
  /** What the asker showed was accepted: from now on it has an allowance of its own, this request included. */
  accepted(asker: Asker, cost: Cost): void;
}

export function createLimits(now: () => number = () => performance.now()): Limits {
  const callers = createWindow<number>(of_caller, now);
  const accepted = createWindow<string>(of_address_accepted, now);
  const strangers = createWindow<string>(of_address, now);
  const passwords = {
    signIn: createWindow<string>(of_address_passwords, now),
    signUp: createWindow<string>(of_address_passwords, now),
  };
  const refusals = createWindow<string>(of_address_refusals, now);
  const known = createMemory(now);

  /** What the asker shows, if that was accepted. */
  const callerOf = ({ shown, isVerified }: Asker): number | undefined =>
    shown !== undefined && (isVerified || known.has(shown)) ? shown : undefined;
  const refused = (network: string, wait: number): number => {
    if (wait === 0) return 0;
    refusals.add(network, 1);
    return wait;
  };
  return {
    connected: (network) => {
      strangers.add(network, connection_units);
    },
    usedUp: (asker) => {
      const { network } = asker;
      const caller = callerOf(asker);
      return refused(network, caller === undefined ? strangers.wait(network) : callers.wait(caller));
    },
    charge: (asker, { units, hashesPassword }) => {
      const { network } = asker;
      const caller = callerOf(asker);
      const wait =
        (caller === undefined
          ? strangers.charge(network, Math.max(units, asker.isForged === true ? forged_units_min : stranger_units_min))
          : callers.charge(caller, units) || accepted.charge(network, units)) ||
        (hashesPassword === undefined ? 0 : passwords[hashesPassword].charge(network, 1));
      return refused(network, wait);
    },
    wasted: (network, requests) => {
      strangers.add(network, requests * refusal_units);
      refusals.add(network, requests);
      return refusals.wait(network) === 0;
    },
    isScarce: (network) => strangers.used(network) >= of_address.unitsMax / 2,
    introduced: ({ shown }) => {
      if (shown !== undefined) known.add(shown);
    },
    isNew: (asker) => asker.shown !== undefined && callerOf(asker) === undefined,
    accepted: (asker, { units }) => {
      const { network, shown } = asker;
      if (shown === undefined || callerOf(asker) !== undefined) return;
      known.add(shown);
      strangers.add(network, -Math.max(units, stranger_units_min));
      callers.add(shown, units);
      accepted.add(network, units);
    },
  };
}

/** Units by key, in a window. */
function createWindow<Key extends string | number>({ unitsMax, windowMs }: Allowance, now: () => number) {
  let counts = new Map<Key | string, number>();
  let endsAt = now() + windowMs;
  const current = (): Map<Key | string, number> => {
    const at = now();
    if (at >= endsAt) {
      counts = new Map();
      endsAt = at + windowMs;
    }
    return counts;
  };
  const placeOf = (key: Key): Key | string =>
    counts.size < keys_max || counts.has(key) ? key : `shared ${hashOf(String(key)) % shared_max}`;
  const add = (key: Key, units: number): void => {
    const place = current().has(key) ? key : placeOf(key);
    counts.set(place, Math.max(0, Math.min(unitsMax, (counts.get(place) ?? 0) + units)));
  };
  return {
    /** Without refusing. */
    add,
    used: (key: Key): number => current().get(placeOf(key)) ?? 0,
    /** How long to wait if nothing is left. */
    wait: (key: Key): number => ((current().get(placeOf(key)) ?? 0) >= unitsMax ? endsAt - now() : 0),
    /** Counts it if there is enough left; else how long to wait. */
    charge: (key: Key, units: number): number => {
      const own = current();
      const count = own.get(key);
      // The plain case, with one look-up and one entry.
      if (count !== undefined && count + units <= unitsMax) {
        own.set(key, count + units);
        return 0;
      }
      if ((own.get(placeOf(key)) ?? 0) + units <= unitsMax) {
        add(key, units);
        return 0;
      }
      add(key, refusal_units);
      return endsAt - now();
    },
  };
}

/** What was accepted lately: the older generation is dropped when the younger is full or its time is up. */
function createMemory(now: () => number) {
  let young = new Set<number>();
  let old = new Set<number>();
  let bornAt = now();
  const age = (): void => {
    const ms = now() - bornAt;
    if (ms <= accepted_ms && young.size < accepted_max) return;
    old = ms > 2 * accepted_ms ? new Set() : young;
    young = new Set();
    bornAt += ms;
  };
  return {
    has: (key: number): boolean => {
      age();
      if (young.has(key)) return true;
      if (!old.has(key)) return false;
      // Who goes on asking stays known.
      young.add(key);
      return true;
    },
    add: (key: number): void => {
      age();
      young.add(key);
    },
  };
}

const hashed_characters_max = 64;

/** 53 bits of the last characters, where a token is all signature. A number keeps no header text alive. */
export function hashOf(text: string): number {
  let low = 0x811c_9dc5;
  let high = 0x1b87_3593;
  for (let index = Math.max(0, text.length - hashed_characters_max); index < text.length; index++) {
    const character = text.charCodeAt(index);
    low = Math.imul(low ^ character, 0x0100_0193);
    high = Math.imul(high ^ character, 0x85eb_ca6b);
  }
  return (high >>> 11) * 4_294_967_296 + (low >>> 0);
}
