/** The sections of a new concert: a table to write in, or a file to take them from. */
import { useSignal } from '@preact/signals';
import { concertLimits as limits } from '../../../src/contract/limits.ts';
import { Button } from '../../ui/button.tsx';
import { number, say } from '../../words/words.ts';
import { Panel } from '../parts/panel.tsx';
import type { PartProps } from './concert-form.tsx';
import { newSection, type DraftSection } from './draft.ts';
import { ImportPlan } from './import-plan.tsx';
import {
  faults as faultsOf,
  sectionFields,
  seatsOf,
  twinFaults,
  type SectionFaults,
  type SectionField,
} from './rules.ts';
import { sectionWords } from './section-words.ts';

export function Sections({ draft, faults }: PartProps) {
  const said = say(sectionWords);
  const importing = useSignal(false);
  const { sections } = draft.value;
  const change = (next: readonly DraftSection[]): void => {
    draft.value = { ...draft.value, sections: next };
  };
  const [twin] = [...twinFaults(sections, (index) => faultsOf.twin(index + 1))].find(([, own]) => own.name) ?? [];
  return (
    <Panel title={said.title} aside={said.count(number(sections.length))}>
      <SectionTable sections={sections} faults={faults?.sections} onChange={change} />
      {twin !== undefined && faults === undefined && (
        <p class="small quiet">{said.twice(sections[twin]?.name ?? '')}</p>
      )}
      <div class="row">
        {sections.length < limits.sectionsMax && (
          <Button kind="plain" size="small" onPress={() => change([...sections, nextOf(sections.at(-1))])}>
            {said.add}
          </Button>
        )}
        <Button
          kind="plain"
          size="small"
          onPress={() => {
            importing.value = !importing.value;
          }}
        >
          {importing.value ? said.closeImport : said.openImport}
        </Button>
      </div>
      {importing.value && (
        <ImportPlan
          onImport={(imported) => {
            change(imported.map((section) => newSection(section)));
            importing.value = false;
          }}
        />
      )}
    </Panel>
  );
}

interface TableProps {
  readonly sections: readonly DraftSection[];
  readonly faults: ReadonlyMap<number, SectionFaults> | undefined;
  readonly onChange: (sections: readonly DraftSection[]) => void;
}

function SectionTable({ sections, faults, onChange }: TableProps) {
  const said = say(sectionWords);
  return (
    <div class="table sections-table" tabindex={0} role="group" aria-label={said.table}>
      <table>
        <thead>
          <tr>
            {sectionFields.map((field) => (
              <th key={field} scope="col">
                {said.field[field]}
              </th>
            ))}
            <th scope="col" class="number">
              {said.seats}
            </th>
            <th>
              <span class="hidden">{said.remove}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sections.map((section, index) => (
            <SectionRow
              key={section.key}
              section={section}
              place={index + 1}
              faults={faults?.get(section.key)}
              onChange={(next) => onChange(sections.map((one) => (one.key === section.key ? next : one)))}
              onRemove={
                sections.length > 1 ? () => onChange(sections.filter((one) => one.key !== section.key)) : undefined
              }
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The next section is most often like the last, under the next letter. */
function nextOf(last: DraftSection | undefined): DraftSection {
  if (last === undefined) return newSection();
  const { key: _key, ...text } = last;
  const letter = /^[A-Y]$/.test(last.name) ? String.fromCharCode(last.name.charCodeAt(0) + 1) : '';
  return newSection({ ...text, name: letter });
}

interface RowProps {
  readonly section: DraftSection;
  readonly place: number;
  readonly faults: SectionFaults | undefined;
  readonly onChange: (section: DraftSection) => void;
  readonly onRemove: (() => void) | undefined;
}

function SectionRow({ section, place, faults, onChange, onRemove }: RowProps) {
  const said = say(sectionWords);
  return (
    <tr>
      {sectionFields.map((field) => (
        <td key={field}>
          <Cell section={section} field={field} place={place} faults={faults} onChange={onChange} />
        </td>
      ))}
      <td class="number">{number(seatsOf(section))}</td>
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

function Cell({
  section,
  field,
  place,
  faults,
  onChange,
}: Omit<RowProps, 'onRemove'> & { readonly field: SectionField }) {
  const said = say(sectionWords);
  const fault = faults?.[field];
  const id = `fault-${section.key}-${field}`;
  return (
    <>
      <input
        class="box"
        data-field={field}
        value={section[field]}
        aria-label={said.cell(place, said.field[field])}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : id}
        inputMode={field === 'name' || field === 'grade' ? 'text' : 'numeric'}
        autocomplete="off"
        onInput={({ currentTarget: { value } }) => onChange({ ...section, [field]: value })}
      />
      {fault !== undefined && (
        <span class="fault small" id={id}>
          {say(fault)}
        </span>
      )}
    </>
  );
}
