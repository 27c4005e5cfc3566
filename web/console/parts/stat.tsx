/** A number with its name. Abnormal ones are vermilion, and say so to those who cannot see it. */
import type { ComponentChildren } from 'preact';

export interface StatProps {
  readonly label: string;
  readonly value: string;
  /** Beside the value, quieter: the maximum, the unit. */
  readonly of?: ComponentChildren;
  /** Why the value is abnormal. */
  readonly alarm?: string | undefined;
}

/** Inside a `<dl class="stats">`. */
export function Stat({ label, value, of, alarm }: StatProps) {
  return (
    <div class={alarm === undefined ? 'stat' : 'stat alarm'} title={alarm}>
      <dt>{label}</dt>
      <dd>
        <strong>{value}</strong>
        {of !== undefined && <span class="of"> {of}</span>}
        {alarm !== undefined && <span class="hidden"> {alarm}</span>}
      </dd>
    </div>
  );
}
