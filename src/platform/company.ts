/** Which other servers there are, as far as they were heard of lately. */

export interface Company {
  /** This one was heard. */
  hear(server: string): void;
  /** This one was heard to say that it carries out what time brings. */
  onDuty(server: string): void;
  /** Those that said so lately. Who was forgotten too early only has another one do the same. */
  dutiful(): Iterable<string>;
  /** This one said that it leaves, having told all that it had to tell. */
  left(server: string): void;
  /** Takes it that there is somebody: what was said for a while was not heard. */
  assume(): void;
  /** Whether anybody but this server is there to be told something. */
  isThere(): boolean;
  /** How many were heard of lately; Infinity while it is only assumed that there is somebody. */
  count(): number;
  /** Forgets those who fell silent without a word; true if there were any, whose last news may be lost. */
  forgetSilent(): boolean;
}

/** Each says every second that it is there. */
export const silence_ms_max = 3_000;
/** What fell to one that is gone is done by others within 2 s: after this, and what their duties have as a pause. */
const duty_ms_max = 1_500;
/**
 * They are told news for longer than it takes one that was stopped to know that it may have missed some: whoever finds
 * that it has said nothing for `silence_ms_max` reads again.
 */
const company_ms = 5_000;
/** More than these are told all the same; but what they had not told when they ended is not looked for. */
const servers_max = 1_000;

export function createCompany(): Company {
  const heardAt = new Map<string, number>();
  const onDutyAt = new Map<string, number>();
  let lastAt = -Infinity;
  const isThere = (): boolean => performance.now() - lastAt < company_ms;
  return {
    hear: (server) => {
      lastAt = performance.now();
      if (heardAt.has(server) || heardAt.size < servers_max) heardAt.set(server, lastAt);
    },
    onDuty: (server) => {
      if (onDutyAt.has(server) || onDutyAt.size < servers_max) onDutyAt.set(server, performance.now());
    },
    dutiful: function* dutiful() {
      const before = performance.now() - duty_ms_max;
      for (const [server, at] of onDutyAt) if (at >= before) yield server;
    },
    left: (server) => {
      onDutyAt.delete(server);
      heardAt.delete(server);
      if (heardAt.size === 0) lastAt = -Infinity;
    },
    assume: () => {
      lastAt = performance.now();
    },
    isThere,
    count: () => (heardAt.size > 0 || !isThere() ? heardAt.size : Infinity),
    forgetSilent: () => {
      const before = performance.now() - silence_ms_max;
      const silent = [...heardAt].filter(([, at]) => at < before);
      for (const [server] of silent) {
        heardAt.delete(server);
        onDutyAt.delete(server);
      }
      return silent.length > 0;
    },
  };
}
