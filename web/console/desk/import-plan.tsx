/** Taking a seating plan from a file or from what was pasted: first everything is checked, then all of it is taken. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { language, number, say } from '../../words/words.ts';
import { Table } from '../parts/table.tsx';
import { columnNames, readPlan, textOf, type PlanRow, type ReadPlan } from './csv-plan.ts';
import { sectionFields, type Fault, type SectionText } from './rules.ts';
import { sectionWords } from './section-words.ts';

const samples = {
  ko: '구역,열,열당 좌석,등급,가격\nA,10,20,VIP,165000\nB,12,24,R,132000\n"C, 발코니",8,30,S,99000\n',
  en: 'name,rows,seatsPerRow,grade,price\nA,10,20,VIP,165000\nB,12,24,R,132000\n"C, balcony",8,30,S,99000\n',
};

export function ImportPlan({ onImport }: { readonly onImport: (sections: readonly SectionText[]) => void }) {
  const said = say(sectionWords);
  const id = useId();
  const text = useSignal('');
  const plan = useSignal<ReadPlan | undefined>(undefined);
  const fault = useSignal<Fault | undefined>(undefined);
  const check = async (given: string): Promise<void> => {
    fault.value = undefined;
    plan.value = await readPlan(given);
  };
  const open = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const found = await textOf(file);
    plan.value = undefined;
    if (typeof found !== 'string') {
      fault.value = found;
      return;
    }
    text.value = found.replace(/^\ufeff/, '');
    await check(found);
  };
  return (
    <div class="import stack">
      <Columns />
      <PlanFile onFile={(file) => void open(file)} />
      <div class="field">
        <label for={`${id}-text`}>{said.paste}</label>
        <textarea
          id={`${id}-text`}
          rows={7}
          spellcheck={false}
          value={text.value}
          onInput={({ currentTarget: { value } }) => {
            text.value = value;
            plan.value = undefined;
          }}
        />
      </div>
      <div class="row">
        <Button kind="plain" size="small" onPress={() => void check(text.value)}>
          {said.check}
        </Button>
        <Button
          kind="plain"
          size="small"
          onPress={() => {
            text.value = samples[language.value];
            plan.value = undefined;
          }}
        >
          {said.sample}
        </Button>
      </div>
      {fault.value !== undefined && <Notice title={say(fault.value)} />}
      {plan.value !== undefined && <Checked plan={plan.value} onImport={onImport} />}
    </div>
  );
}

function Columns() {
  const said = say(sectionWords);
  return (
    <p class="small">
      {said.columns} <strong>{columnNames[language.value].join(', ')}</strong>
      <br />
      <span class="quiet">{said.more}</span>
    </p>
  );
}

function PlanFile({ onFile }: { readonly onFile: (file: File | undefined) => void }) {
  const said = say(sectionWords);
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{said.file}</label>
      <input
        id={id}
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        onChange={({ currentTarget: { files } }) => onFile(files?.[0])}
      />
    </div>
  );
}

interface CheckedProps {
  readonly plan: ReadPlan;
  readonly onImport: (sections: readonly SectionText[]) => void;
}

function Checked({ plan, onImport }: CheckedProps) {
  const said = say(sectionWords);
  const { rows, fault, ignored } = plan;
  const wrong = rows.filter(({ faults, fault: own }) => own !== undefined || Object.keys(faults).length > 0).length;
  return (
    <div class="stack tight">
      {fault !== undefined && <Notice title={say(fault)} />}
      {wrong > 0 && <Notice title={said.notClean(number(wrong))} />}
      {ignored.length > 0 && <p class="small quiet">{said.ignored(ignored.join(', '))}</p>}
      {rows.length > 0 && <Rows rows={rows} />}
      {plan.isClean && (
        <div class="row">
          <Button size="small" onPress={() => onImport(rows.map(({ section }) => section))}>
            {said.take(number(rows.length), number(plan.seats))}
          </Button>
          <span class="small quiet">{said.takeText}</span>
        </div>
      )}
    </div>
  );
}

function Rows({ rows }: { readonly rows: readonly PlanRow[] }) {
  const said = say(sectionWords);
  return (
    <Table
      caption={said.title}
      rows={rows}
      keyOf={({ row }) => String(row)}
      empty=""
      columns={[
        { key: 'row', title: said.row, cell: ({ row }) => number(row) },
        ...sectionFields.map((field) => ({
          key: field,
          title: said.field[field],
          cell: ({ section, faults }: PlanRow) => (
            <span class={faults[field] === undefined ? '' : 'alarm'}>
              {section[field] === '' ? '–' : section[field]}
            </span>
          ),
        })),
        { key: 'fault', title: said.fault, cell: (row: PlanRow) => <RowFaults row={row} /> },
      ]}
    />
  );
}

function RowFaults({ row: { faults, fault } }: { readonly row: PlanRow }) {
  const said = say(sectionWords);
  const told = sectionFields.flatMap((field) => {
    const own = faults[field];
    return own === undefined ? [] : [`${said.field[field]}: ${say(own)}`];
  });
  if (fault !== undefined) told.unshift(say(fault));
  return told.length === 0 ? <span class="quiet">{said.fine}</span> : <span class="fault">{told.join(' ')}</span>;
}
