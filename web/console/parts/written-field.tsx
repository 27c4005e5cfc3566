/** A field whose text is kept as it was typed, by whoever reads it. */
import type { Signal } from '@preact/signals';
import { Field, type FieldProps } from '../../ui/field.tsx';

export interface WrittenFieldProps extends FieldProps {
  readonly text: Signal<string>;
}

export function WrittenField({ text, input, ...field }: WrittenFieldProps) {
  return (
    <Field
      {...field}
      input={{
        ...input,
        value: text.value,
        onInput: ({ currentTarget: { value } }) => {
          text.value = value;
        },
      }}
    />
  );
}
