/**
 * The history of each place in line, folded into what the checks of the line need: when it was given, when its fan was
 * let in, and how long it was silent. All times are those of the history; the service tells the end of a session,
 * and with its length the moment of admission follows, exact and by the database's clock.
 */
import type { Call, Terms } from '../history.ts';

export interface Spell {
  readonly fan: number;
  readonly spell: number;
  /** Undefined if the token does not tell it. */
  readonly place: number | undefined;
  /** When the place was first asked for, and when it was told. */
  readonly askedAt: number;
  readonly toldAt: number;
  /** The first time only; one who lost the slot again and is readmitted keeps the first. */
  admittedAt: number;
  /** When its fan heard of it. */
  heardAt: number;
  /** Each time it was inside: from its admission to the last moment at which it surely still was. */
  readonly sessions: { from: number; until: number }[];
  /** The latest session goes on, as far as was told. */
  isInside: boolean;
  /** The longest time without a sign of life, until admitted. */
  silence: number;
  lastSign: number;
  /** Waiting was confirmed by a call that was sent at this time. */
  waitingAt: number;
  /** The first success that only those inside can have. */
  provenAt: number;
  readonly again: string[];
}

/** What another server knows may be this old. */
export const memory_ms_max = 250;

export function createSpells(terms: Terms) {
  const spells = new Map<string, Spell>();
  const firstTries = new Map<string, number>();
  const byPlace = new Map<string, Spell>();
  const nameOf = ({ fan, facts }: Call): string => `${fan}.${facts.spell}`;
  const session_ms = terms.sessionSeconds * 1_000;
  const hold_ms = terms.holdSeconds * 1_000;
  const grace_ms = terms.graceSeconds * 1_000;

  const sign = (one: Spell, call: Call): void => {
    if (call.end === null) return;
    // A stream that is open is one long sign of life; its news only say so again.
    const heardBetween = call.op === 'told' && call.facts.opening !== true;
    if (!heardBetween && one.admittedAt === Infinity) one.silence = Math.max(one.silence, call.end - one.lastSign);
    one.lastSign = call.op === 'told' ? call.end : call.start;
  };

  const inside = (one: Spell, at: number): void => {
    const session = one.sessions.at(-1);
    if (!one.isInside || session === undefined || at === -Infinity) return;
    if (session.from === Infinity) session.from = at;
    session.until = Math.max(session.until, at);
  };

  const letIn = (one: Spell, expiresAt: number, { start, end: heardAt }: { start: number; end: number }): void => {
    const from = expiresAt - session_ms;
    // Whoever hears of it only after a grace period may just have lost that slot and be given another: then only what
    // is written down by a transaction says when the session began.
    const isSure = start - from < grace_ms;
    one.sessions.push(isSure ? { from, until: from } : { from: Infinity, until: -Infinity });
    one.isInside = true;
    if (one.admittedAt !== Infinity) return;
    one.admittedAt = from;
    one.heardAt = heardAt;
  };

  /** One who gave no sign of life, as far as the service heard, waits again. */
  const sentBack = (one: Spell, at: number): void => {
    if (one.provenAt + memory_ms_max >= at) return;
    one.again.push(`waiting again at ${at}, inside at ${one.provenAt}`);
    one.isInside = false;
    one.provenAt = Infinity;
  };

  const standing = (one: Spell, { op, start, end, facts }: Call): void => {
    if (end === null) return;
    // News have been under way for nobody knows how long.
    const sureAt = op === 'told' ? -Infinity : start;
    if (facts.standing === 'ACTIVE') {
      const isNews = !one.isInside && one.provenAt === Infinity;
      if (isNews && facts.expiresAt !== undefined) letIn(one, facts.expiresAt, { start, end });
      one.provenAt = Math.min(one.provenAt, end);
      if (one.sessions.at(-1)?.from !== Infinity) inside(one, sureAt - memory_ms_max);
    } else if (facts.standing === 'WAIT') {
      one.waitingAt = Math.max(one.waitingAt, sureAt);
      sentBack(one, sureAt);
    }
  };

  /** Without an answer the place may have been given all the same: it was asked for then. */
  const tried = (call: Call): void => {
    const name = nameOf(call);
    firstTries.set(name, Math.min(firstTries.get(name) ?? Infinity, call.start));
  };

  const issued = (call: Call): void => {
    const { fan, start, end, facts } = call;
    if (end === null || facts.spell === undefined) return;
    const name = nameOf(call);
    // Whoever asks for a new place while the old one still counts is given the old one again.
    const samePlace = `${fan} at ${facts.place}`;
    let one = spells.get(name) ?? (facts.place === undefined ? undefined : byPlace.get(samePlace));
    if (one === undefined) {
      one = {
        fan,
        spell: facts.spell,
        place: facts.place,
        askedAt: Math.min(start, firstTries.get(name) ?? Infinity),
        toldAt: end,
        admittedAt: Infinity,
        heardAt: Infinity,
        sessions: [],
        isInside: false,
        silence: 0,
        lastSign: start,
        waitingAt: -Infinity,
        provenAt: Infinity,
        again: [],
      };
      byPlace.set(samePlace, one);
    } else {
      sign(one, call);
    }
    spells.set(name, one);
    standing(one, call);
  };

  const succeeded = (one: Spell, { op, start, end, facts }: Call): void => {
    if (end !== null) one.provenAt = Math.min(one.provenAt, end);
    // A hold that ends with its session says no more of when it was made than that it was after it was asked for.
    // One that is told again was made before it was asked for again.
    if (op === 'hold' && facts.heldUntil !== undefined && facts.again !== true)
      inside(one, Math.max(facts.heldUntil - hold_ms, start));
    if (op === 'pay') inside(one, facts.paidAt ?? -Infinity);
  };

  const heard = (call: Call): void => {
    const one = spells.get(nameOf(call));
    if (one === undefined || call.facts.forged === true) return;
    if (call.facts.standing !== undefined || call.op === 'told') {
      sign(one, call);
      standing(one, call);
    } else if (call.status === 201) {
      succeeded(one, call);
    } else if (call.code === 'NOT_ADMITTED') {
      sentBack(one, call.start);
    }
  };

  return {
    all: () => [...new Set(spells.values())],
    take: (call: Call): void => {
      if (call.op !== 'issue') heard(call);
      else if (call.status >= 200 && call.status < 300) issued(call);
      else tried(call);
    },
  };
}
