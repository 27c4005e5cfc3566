/** An amount of money to be entered: amounts to press, or one's own. */
import type { Signal } from '@preact/signals';
import { Field } from '../ui/field.tsx';
import { money, number } from '../words/words.ts';
import './amount.css';

/** An amount as people write it: `10000`, `10,000`, `₩10 000`, `10000원`; anything else is NaN, above all `1e5`. */
export function wonOf(text: string): number {
  const plain = text
    .trim()
    .replace(/^₩\s*/, '')
    .replace(/\s*원$/, '');
  return /^(\d+|\d{1,3}([,\s]\d{3})+)$/.test(plain) ? Number(plain.replaceAll(/\D/g, '')) : Number.NaN;
}

interface PresetsProps {
  readonly label: string;
  readonly offers: readonly number[];
  readonly amount: Signal<string>;
}

export function Presets({ label, offers, amount }: PresetsProps) {
  const wanted = wonOf(amount.value);
  return (
    <div class="row" role="group" aria-label={label}>
      {offers.map((preset) => (
        <button
          key={preset}
          type="button"
          class="preset"
          translate={false}
          aria-pressed={wanted === preset}
          onClick={() => {
            amount.value = number(preset);
          }}
        >
          {money(preset)}
        </button>
      ))}
    </div>
  );
}

interface AmountFieldProps {
  readonly label: string;
  readonly amount: Signal<string>;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
}

export function AmountField({ label, amount, hint, fault }: AmountFieldProps) {
  return (
    <Field
      label={label}
      name="amount"
      hint={hint}
      fault={fault}
      input={{
        inputMode: 'numeric',
        autocomplete: 'off',
        value: amount.value,
        onInput: (event) => {
          amount.value = event.currentTarget.value;
        },
      }}
    />
  );
}
