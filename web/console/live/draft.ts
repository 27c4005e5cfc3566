/** The settings that the operator has touched, with what was in force when they did: that is what is expected of it. */
import { signal, type ReadonlySignal } from '@preact/signals';
import { ask, type Reply } from '../../client/client.ts';
import { asProblem } from '../../client/problem.ts';
import type { Change, Setting } from './effects.ts';

export type InForce = Reply<'getConcertSettings'>;

export const bounds: Readonly<Record<Setting, { readonly min: number; readonly max: number }>> = {
  maxActive: { min: 1, max: 1_000_000 },
  sessionSeconds: { min: 1, max: 86_400 },
  holdSeconds: { min: 1, max: 86_400 },
  graceSeconds: { min: 1, max: 86_400 },
  maxSeatsPerFan: { min: 1, max: 100 },
};
export const settings = Object.keys(bounds) as Setting[];

/** A setting that somebody else changed while it was being decided here. */
export interface Conflict {
  readonly setting: Setting | 'paused' | 'boundToSupply';
  readonly from: ConflictValue;
  readonly to: ConflictValue;
}

export type ConflictValue = number | string | boolean | null;

export interface Conflicts {
  readonly by: string | null;
  readonly at: string | null;
  readonly changes: readonly Conflict[];
}

interface Touched {
  readonly value: number;
  /** In force when it was touched. */
  readonly seen: number;
}

export interface Draft {
  /** The value in the field: what was entered, else what is in force. NaN while it is no number. */
  value(setting: Setting, inForce: InForce): number;
  set(setting: Setting, value: number, inForce: InForce): void;
  reset(): void;
  /** What would change, in the order of the form. */
  changes(inForce: InForce): Change[];
  isValid(setting: Setting, inForce: InForce): boolean;
  readonly conflicts: ReadonlySignal<Conflicts | undefined>;
  /** Sends the changes; rejects with a problem. A conflict is kept to be shown, and the draft goes on from there. */
  send(inForce: InForce): Promise<void>;
  /** Pauses for reasons, or resumes with null. */
  pause(reasons: Reasons | null, inForce: InForce): Promise<void>;
  /** Lets in only to seats that can be had, or whatever there is. */
  bind(boundToSupply: boolean, inForce: InForce): Promise<void>;
}

export function createDraft(concertId: string): Draft {
  const touched = signal<Partial<Record<Setting, Touched>>>({});
  const conflicts = signal<Conflicts | undefined>(undefined);

  const value: Draft['value'] = (setting, inForce) => touched.value[setting]?.value ?? inForce[setting];
  const changes: Draft['changes'] = (inForce) =>
    settings
      .map((setting) => ({ setting, from: inForce[setting], to: value(setting, inForce) }))
      .filter(({ from, to }) => from !== to);
  const update = async (body: Parameters<typeof ask<'updateConcert'>>[1]['body'], seen: InForce): Promise<void> => {
    conflicts.value = undefined;
    try {
      await ask('updateConcert', { params: { concertId }, body });
    } catch (error) {
      const found = asProblem(error);
      if (found.code === 'SETTINGS_CHANGED') conflicts.value = conflictsIn(found.fields, body.expected ?? {}, seen);
      throw found;
    }
  };
  return {
    value,
    changes,
    conflicts,
    set: (setting, next, inForce) => {
      const seen = touched.peek()[setting]?.seen ?? inForce[setting];
      touched.value = { ...touched.peek(), [setting]: { value: next, seen } };
    },
    reset: () => {
      touched.value = {};
      conflicts.value = undefined;
    },
    isValid: (setting, inForce) => {
      const { min, max } = bounds[setting];
      const entered = value(setting, inForce);
      return Number.isInteger(entered) && entered >= min && entered <= max;
    },
    send: async (inForce) => {
      const sent = changes(inForce);
      const pick = (read: (change: Change) => number) =>
        Object.fromEntries(sent.map((change) => [change.setting, read(change)]));
      const expected = pick(({ setting }) => touched.peek()[setting]?.seen ?? inForce[setting]);
      try {
        await update({ ...pick(({ to }) => to), expected }, inForce);
        touched.value = {};
      } catch (error) {
        // Whoever confirms again has seen what is in force by then.
        const rest = Object.entries(touched.peek()).map(([setting, { value }]) => [setting, { value }] as const);
        const current = conflicts.peek() === undefined ? undefined : (asProblem(error).fields['current'] as InForce);
        if (current !== undefined) {
          touched.value = Object.fromEntries(
            rest.map(([setting, { value }]) => [setting, { value, seen: current[setting as Setting] }]),
          );
        }
        throw error;
      }
    },
    bind: (boundToSupply, inForce) =>
      update({ boundToSupply, expected: { boundToSupply: inForce.boundToSupply } }, inForce),
    pause: (reasons, inForce) =>
      update({ paused: pausing(reasons), expected: { paused: pausing(inForce.pauseReasons) } }, inForce),
  };
}

/** Why nobody is admitted; who reads a language that is left out is told the other. */
export type Reasons = Partial<NonNullable<InForce['pauseReasons']>>;

const pausing = (reasons: Reasons | null): { reason: Reasons } | null =>
  reasons === null ? null : { reason: reasons };

/** As it is shown: both texts, or the one that is for everybody. */
export function toldOf(reasons: InForce['pauseReasons']): string | null {
  return reasons === null ? null : [...new Set([reasons.ko, reasons.en])].join(' / ');
}

type Expected = Partial<Record<Setting, number>> & {
  readonly paused?: unknown;
  readonly boundToSupply?: boolean | undefined;
};

function conflictsIn(fields: Readonly<Record<string, unknown>>, expected: Expected, seen: InForce): Conflicts {
  const current = fields['current'] as InForce;
  const by = fields['changedBy'] as InForce['changedBy'];
  const numbers = settings
    .filter((setting) => expected[setting] !== undefined && expected[setting] !== current[setting])
    .map((setting) => ({ setting, from: expected[setting] ?? null, to: current[setting] }));
  const pauses =
    expected.paused === undefined
      ? []
      : [{ setting: 'paused' as const, from: toldOf(seen.pauseReasons), to: toldOf(current.pauseReasons) }];
  const { boundToSupply: bound } = expected;
  const bounds =
    bound === undefined ? [] : [{ setting: 'boundToSupply' as const, from: bound, to: current.boundToSupply }];
  return {
    by: by?.email ?? null,
    at: (fields['changedAt'] as string | null) ?? null,
    changes: [...numbers, ...pauses, ...bounds],
  };
}
