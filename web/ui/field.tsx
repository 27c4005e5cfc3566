/** A field with its label, its hint and its fault, tied together for those who cannot see them. */
import { useId } from 'preact/hooks';
import type { InputHTMLAttributes } from 'preact';

export interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
  readonly input?: InputHTMLAttributes;
}

export function Field({ label, name, hint, fault, input }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} name={name} aria-invalid={fault !== undefined} aria-describedby={`${id}-hint`} {...input} />
      <span id={`${id}-hint`} class={fault === undefined ? 'hint' : 'fault'}>
        {fault ?? hint}
      </span>
    </div>
  );
}
