/**
 * How fast a line moves. Whoever waits is let in when a session ends, so it is the ends of sessions that are measured, not
 * admissions: those come in bursts, when a sale opens or its limit is raised, and stop when the limit is lowered.
 */

const slots_max = 60;

/** Amounts of the last sixty slots of so many seconds, and their sum. Whole seconds of any steady clock. */
class Recent {
  private readonly amounts = Array.from({ length: slots_max }, () => 0);
  private readonly slotSeconds: number;
  private total = 0;
  private slot = 0;

  constructor(slotSeconds: number) {
    this.slotSeconds = slotSeconds;
  }

  add(amount: number, nowSeconds: number): void {
    const slot = this.rollTo(nowSeconds);
    // So old that it counts no more.
    if (slot <= this.slot - slots_max) return;
    this.amounts[slot % slots_max] = (this.amounts[slot % slots_max] ?? 0) + amount;
    this.total += amount;
  }

  sum(nowSeconds: number): number {
    this.rollTo(nowSeconds);
    return this.total;
  }

  private rollTo(nowSeconds: number): number {
    const now = Math.floor(nowSeconds / this.slotSeconds);
    for (let slot = Math.max(this.slot + 1, now - slots_max + 1); slot <= now; slot++) {
      this.total -= this.amounts[slot % slots_max] ?? 0;
      this.amounts[slot % slots_max] = 0;
    }
    this.slot = Math.max(this.slot, now);
    return now;
  }
}

/** What is known of how fast places become free; null: nobody can say. */
export type Pace = {
  /** How long a session lasts, on average. */
  readonly staySeconds: number;
  readonly active: number;
  readonly maxActive: number;
} | null;

/**
 * Seconds until `position` is admitted at this pace, at least one. While more are inside than may be, nobody is admitted
 * until enough have gone, which they do at the pace of all who are inside: from 100 to 10 takes nine tenths of a stay.
 */
export function etaSeconds(position: number, pace: Pace): number | null {
  if (pace === null) return null;
  const { staySeconds, active, maxActive } = pace;
  const drain = Math.max(0, active - maxActive) / Math.max(1, active);
  const behind = Math.max(0, position - Math.max(0, maxActive - active));
  return Math.max(1, Math.ceil(staySeconds * (drain + behind / maxActive)));
}

/** Where an outlook is told anew: next to the head, and far from it. */
const outlook_positions = [1, 1_000] as const;
/** Below this all estimates are as good as each other. */
const outlook_seconds_min = 10;
const outlook_steps = 1_000;

/**
 * The estimates in steps of two fifths, as one number: who waits and does not move is told a new one when this is another.
 * 0: nobody can say.
 */
export function outlookOf(pace: Pace): number {
  if (pace === null) return 0;
  const steps = outlook_positions.map((position) =>
    Math.round(2 * Math.log2(Math.max(outlook_seconds_min, etaSeconds(position, pace) ?? 0))),
  );
  return steps.reduce((all, step) => all * outlook_steps + step, 0);
}

const turnover_slot_seconds = 5;
/** What was seen for a shorter time says nothing. */
const watched_seconds_min = 5;

/** The admissions of the last minute and the sessions of the last five, of one line. */
export class Turnover {
  private readonly admissions = new Recent(1);
  private readonly ends = new Recent(turnover_slot_seconds);
  /** Seconds that sessions lasted, all together. */
  private readonly stays = new Recent(turnover_slot_seconds);
  private watchedFrom: number | undefined;
  private watchedTo = 0;

  admitted(fans: number, nowSeconds: number): void {
    this.admissions.add(fans, nowSeconds);
  }

  ended(sessions: number, nowSeconds: number): void {
    this.ends.add(sessions, nowSeconds);
  }

  admittedPerMinute(nowSeconds: number): number {
    return this.admissions.sum(nowSeconds);
  }

  /** So many were inside until now. */
  watch(active: number, nowSeconds: number): void {
    this.watchedFrom ??= nowSeconds;
    const from = Math.max(this.watchedTo, this.watchedFrom, nowSeconds - slots_max * turnover_slot_seconds);
    for (let at = from; at < nowSeconds;) {
      const until = Math.min(nowSeconds, (Math.floor(at / turnover_slot_seconds) + 1) * turnover_slot_seconds);
      this.stays.add(active * (until - at), at);
      at = until;
    }
    this.watchedTo = nowSeconds;
  }

  /** How long a session lasts; undefined while none has ended for five minutes. */
  staySeconds(nowSeconds: number): number | undefined {
    const ended = this.ends.sum(nowSeconds);
    if (ended === 0 || nowSeconds - (this.watchedFrom ?? nowSeconds) < watched_seconds_min) return undefined;
    return this.stays.sum(nowSeconds) / ended;
  }
}
