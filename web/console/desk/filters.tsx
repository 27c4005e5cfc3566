/** Above a list: what to find in it, and choices beside it. What is looked for is the address, which can be sent on. */
import { useRef } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { fieldOf, goTo } from './query.ts';

export interface Choice {
  /** In the address. */
  readonly name: string;
  readonly label: string;
  /** Empty for any. */
  readonly value: string;
  readonly any: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
}

export interface FiltersProps {
  readonly path: string;
  readonly q: string;
  readonly said: { readonly q: string; readonly qHint: string; readonly find: string };
  /** In the order of the address. */
  readonly choices: readonly Choice[];
}

/** A choice is looked for at once, what is typed when it is sent. */
export function Filters({ path, q, said, choices }: FiltersProps) {
  const form = useRef<HTMLFormElement>(null);
  const find = (): void => {
    const { current } = form;
    if (current === null) return;
    const names = ['q', ...choices.map(({ name }) => name)];
    goTo(path, Object.fromEntries(names.map((name) => [name, fieldOf(current, name)])));
  };
  return (
    <form
      ref={form}
      class="filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        find();
      }}
    >
      <label class="field grow">
        <span>{said.q}</span>
        <input key={q} class="box" type="search" name="q" defaultValue={q} maxLength={200} placeholder={said.qHint} />
      </label>
      {choices.map(({ name, label, value, any, options }) => (
        <label class="field" key={name}>
          <span>{label}</span>
          <select class="box" name={name} value={value} onChange={find}>
            <option value="">{any}</option>
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.text}
              </option>
            ))}
          </select>
        </label>
      ))}
      <Button type="submit" size="small" kind="plain">
        {said.find}
      </Button>
    </form>
  );
}
