/** Choosing refund terms: a preset, whose rules are told in words, or rules of one's own. */
import { useId } from 'preact/hooks';
import { sentencesOf } from '../../../src/refunds/sentences.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { language, say } from '../../words/words.ts';
import {
  besideFields,
  faultsInTerms,
  hasRoom,
  newRule,
  policyKinds,
  ruleFields,
  termsOf,
  type RuleFaults,
  type RuleField,
  type RuleText,
  type Terms,
  type TermsDraft,
  type TermsFaults,
} from './terms-draft.ts';
import { termsWords } from './terms-words.ts';
import '../desk/desk.css';
import './refunds.css';

export interface TermsFieldsProps {
  readonly terms: TermsDraft;
  /** Undefined while nobody has tried yet. */
  readonly faults: TermsFaults | undefined;
  readonly onChange: (terms: TermsDraft) => void;
}

export function TermsFields({ terms, faults, onChange }: TermsFieldsProps) {
  const said = say(termsWords);
  const id = useId();
  return (
    <div class="stack terms">
      <fieldset class="choices" aria-label={said.title}>
        {policyKinds.map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name={`policy-${id}`}
              value={kind}
              checked={terms.kind === kind}
              onChange={() => onChange({ ...terms, kind })}
            />
            {said.kinds[kind]}
          </label>
        ))}
      </fieldset>
      {terms.kind === 'own' && <OwnRules terms={terms} faults={faults} onChange={onChange} />}
      <div class="fields narrow">
        <Field
          label={said.zone}
          name="timeZone"
          hint={said.zoneHint}
          fault={faults?.timeZone && say(faults.timeZone)}
          input={{
            value: terms.timeZone,
            autocomplete: 'off',
            spellcheck: false,
            maxLength: 64,
            onInput: ({ currentTarget: { value } }) => onChange({ ...terms, timeZone: value }),
          }}
        />
      </div>
      <InWords terms={terms} />
    </div>
  );
}

function InWords({ terms }: Pick<TermsFieldsProps, 'terms'>) {
  const said = say(termsWords);
  return (
    <div>
      <p class="small quiet">{said.inWords}</p>
      {faultsInTerms(terms).count > 0 ? <p class="small">{said.untold}</p> : <TermsSaid of={termsOf(terms)} />}
    </div>
  );
}

/** As fans read them on the page of the concert. */
export function TermsSaid({ of }: { readonly of: Terms }) {
  const sentences = sentencesOf(of, language.value);
  return (
    // Replaced, not rewritten: a translator of pages would keep the old rules.
    <ul class="terms-said" key={sentences.join(' ')}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

function OwnRules({ terms, faults, onChange }: TermsFieldsProps) {
  const said = say(termsWords);
  const { rules } = terms;
  return (
    <>
      <div class="table rules-table" tabindex={0} role="group" aria-label={said.table}>
        <table>
          <thead>
            <tr>
              {ruleFields.map((field) => (
                <th key={field} scope="col">
                  {said.field[field]}
                </th>
              ))}
              <th>
                <span class="hidden">{said.remove}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rules.map((rule, index) => (
              <RuleRow
                key={rule.key}
                rule={rule}
                place={index + 1}
                faults={faults?.rules.get(rule.key)}
                onChange={(next) => onChange({ ...terms, rules: rules.map((one) => (one === rule ? next : one)) })}
                onRemove={
                  rules.length > 1
                    ? () => onChange({ ...terms, rules: rules.filter((one) => one !== rule) })
                    : undefined
                }
              />
            ))}
          </tbody>
        </table>
      </div>
      {hasRoom(terms) && (
        <div>
          <Button kind="plain" size="small" onPress={() => onChange({ ...terms, rules: [...rules, newRule()] })}>
            {said.add}
          </Button>
        </div>
      )}
      <Beside terms={terms} faults={faults} onChange={onChange} />
    </>
  );
}

function Beside({ terms, faults, onChange }: TermsFieldsProps) {
  const said = say(termsWords);
  const { beside } = terms;
  return (
    <div class="fields narrow">
      {besideFields.map((field) => (
        <Field
          key={field}
          label={said.beside[field]}
          name={field}
          hint={said.besideHint[field]}
          fault={faults?.beside[field] && say(faults.beside[field])}
          input={{
            value: beside[field],
            inputMode: 'numeric',
            autocomplete: 'off',
            onInput: ({ currentTarget: { value } }) => onChange({ ...terms, beside: { ...beside, [field]: value } }),
          }}
        />
      ))}
    </div>
  );
}

interface RowProps {
  readonly rule: RuleText;
  readonly place: number;
  readonly faults: RuleFaults | undefined;
  readonly onChange: (rule: RuleText) => void;
  readonly onRemove: (() => void) | undefined;
}

function RuleRow({ rule, place, faults, onChange, onRemove }: RowProps) {
  const said = say(termsWords);
  return (
    <tr>
      {ruleFields.map((field) => (
        <td key={field}>
          <Cell rule={rule} field={field} place={place} faults={faults} onChange={onChange} />
        </td>
      ))}
      <td>
        {onRemove !== undefined && (
          <button type="button" class="cross" aria-label={said.removeThis(place)} onClick={onRemove}>
            ×
          </button>
        )}
      </td>
    </tr>
  );
}

function Cell({ rule, field, place, faults, onChange }: Omit<RowProps, 'onRemove'> & { readonly field: RuleField }) {
  const said = say(termsWords);
  const fault = faults?.[field];
  const id = `rule-fault-${rule.key}-${field}`;
  return (
    <>
      <input
        class="box"
        value={rule[field]}
        aria-label={said.cell(place, said.field[field])}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : id}
        inputMode="numeric"
        autocomplete="off"
        onInput={({ currentTarget: { value } }) => onChange({ ...rule, [field]: value })}
      />
      {fault !== undefined && (
        <span class="fault small" id={id}>
          {say(fault)}
        </span>
      )}
    </>
  );
}
