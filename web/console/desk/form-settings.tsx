/** How a new concert is sold, and how refunds of it go. */
import { useId } from 'preact/hooks';
import { Field } from '../../ui/field.tsx';
import { say } from '../../words/words.ts';
import { HoldWarning } from '../parts/hold-warning.tsx';
import { Panel } from '../parts/panel.tsx';
import { TermsFields } from '../refunds/terms-fields.tsx';
import { termsWords } from '../refunds/terms-words.ts';
import type { PartProps } from './concert-form.tsx';
import { formWords } from './form-words.ts';
import { settingFields, wholeOf } from './rules.ts';

/** How it is sold: all of it can be changed during the sale. */
export function Settings({ draft, faults }: PartProps) {
  const said = say(formWords);
  return (
    <Panel title={said.settings} aside={said.settingsText}>
      <div class="fields narrow">
        {settingFields.map((field) => (
          <Field
            key={field}
            label={said.setting[field]}
            name={field}
            hint={said.settingHint[field]}
            fault={faults?.settings[field] && say(faults.settings[field])}
            input={{
              value: draft.value.settings[field],
              inputMode: 'numeric',
              autocomplete: 'off',
              onInput: ({ currentTarget: { value } }) => {
                draft.value = { ...draft.value, settings: { ...draft.value.settings, [field]: value } };
              },
            }}
          />
        ))}
      </div>
      <Supply draft={draft} />
      <HoldWarning
        holdSeconds={wholeOf(draft.value.settings.holdSeconds) ?? Number.NaN}
        sessionSeconds={wholeOf(draft.value.settings.sessionSeconds) ?? Number.NaN}
      />
    </Panel>
  );
}

function Supply({ draft }: Pick<PartProps, 'draft'>) {
  const said = say(formWords);
  const id = useId();
  return (
    <div class="supply">
      <label class="check-line">
        <input
          type="checkbox"
          name="boundToSupply"
          checked={draft.value.boundToSupply}
          aria-describedby={id}
          onChange={({ currentTarget: { checked } }) => {
            draft.value = { ...draft.value, boundToSupply: checked };
          }}
        />
        {said.supply}
      </label>
      <p id={id} class="small quiet">
        {draft.value.boundToSupply ? said.supplyBound : said.supplyFree}
      </p>
    </div>
  );
}

export function Refunds({ draft, faults }: PartProps) {
  const said = say(termsWords);
  return (
    <Panel title={said.title} aside={said.aside}>
      <TermsFields
        terms={draft.value.terms}
        faults={faults?.terms}
        onChange={(terms) => {
          draft.value = { ...draft.value, terms };
        }}
      />
    </Panel>
  );
}
