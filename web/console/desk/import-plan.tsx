/** Taking a seating plan from a file or from what was pasted: first everything is checked, then all of it is taken. */
import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { language, number, say } from '../../words/words.ts';
import { Table } from '../parts/table.tsx';
import { openPlan, type Opened, type Reading } from './csv-bytes.ts';
import { columnNames } from './csv-columns.ts';
import { readPlan, shortened, type PlanRow, type ReadPlan } from './csv-plan.ts';
import { ReadAs } from './read-as.tsx';
import { sectionFields, type Fault, type SectionField, type SectionText } from './rules.ts';
import { sectionWords } from './section-words.ts';

const samples = {
  ko: '구역,열,열당 좌석,등급,가격\nA,10,20,VIP,165000\nB,12,24,R,132000\n"C, 발코니",8,30,S,99000\n',
  en: 'name,rows,seatsPerRow,grade,price\nA,10,20,VIP,165000\nB,12,24,R,132000\n"C, balcony",8,30,S,99000\n',
};

/** What is being taken over: a file and how it was read, or what was pasted; and what was found in it. */
interface Taking {
  readonly opened: Opened | undefined;
  /** Undefined where it could be read in two ways and nobody has said which. */
  readonly reading: Reading | undefined;
  readonly text: string;
  readonly fault: Fault | undefined;
  readonly plan: ReadPlan | undefined;
}

const nothing: Taking = { opened: undefined, reading: undefined, text: '', fault: undefined, plan: undefined };

function useTaking() {
  const taking = useSignal(nothing);
  const begun = useRef(0);
  /** What takes time is shown unless something else was begun meanwhile. */
  const begin = (now: Taking): ((next: Partial<Taking>) => void) => {
    const own = (begun.current += 1);
    taking.value = now;
    return (next) => {
      if (own === begun.current) taking.value = { ...taking.value, ...next };
    };
  };
  const check = async (given: Taking): Promise<void> => {
    const show = begin({ ...given, plan: undefined, fault: undefined });
    show({ plan: await readPlan(given.text) });
  };
  const read = (opened: Opened, reading: Reading): Promise<void> =>
    check({ ...nothing, opened, reading, text: reading.text.replace(/^\ufeff/, '') });
  return {
    taking,
    check,
    read,
    write: (text: string): void => void begin({ ...nothing, text }),
    open: async (file: File | undefined): Promise<void> => {
      if (file === undefined) return;
      const show = begin(nothing);
      const found = await openPlan(file);
      if ('ko' in found) show({ fault: found });
      else if (found.isSure) await read(found, found.readings[0]);
      else show({ opened: found });
    },
  };
}

export function ImportPlan({ onImport }: { readonly onImport: (sections: readonly SectionText[]) => void }) {
  const said = say(sectionWords);
  const { taking, check, read, write, open } = useTaking();
  const { opened, reading, text, fault, plan } = taking.value;
  return (
    <div class="import stack">
      <Columns />
      <PlanFile onFile={(file) => void open(file)} />
      {opened !== undefined && <ReadAs opened={opened} reading={reading} onChoose={(one) => void read(opened, one)} />}
      <Pasted text={text} onInput={write} />
      <div class="row">
        <Button kind="plain" size="small" onPress={() => void check(taking.value)}>
          {said.check}
        </Button>
        <Button kind="plain" size="small" onPress={() => write(samples[language.value])}>
          {said.sample}
        </Button>
      </div>
      {fault !== undefined && <Notice key={fault.en} title={say(fault)} />}
      {plan !== undefined && <Checked plan={plan} onImport={onImport} />}
    </div>
  );
}

function Pasted({ text, onInput }: { readonly text: string; readonly onInput: (text: string) => void }) {
  const said = say(sectionWords);
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{said.paste}</label>
      <textarea
        id={id}
        rows={7}
        spellcheck={false}
        value={text}
        onInput={({ currentTarget: { value } }) => onInput(value)}
      />
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
  const { rows, fault, ignored, notes } = plan;
  const wrong = rows.filter(({ faults, fault: own }) => own !== undefined || Object.keys(faults).length > 0);
  return (
    <div class="stack tight">
      {fault !== undefined && <Notice title={say(fault)} />}
      {wrong.length > 0 && <ToCorrect rows={wrong} />}
      {(notes.length > 0 || ignored.length > 0) && (
        <ul class="small quiet" key={notes.map(({ en }) => en).join()}>
          {notes.map((note) => (
            <li key={note.en}>{say(note)}</li>
          ))}
          {ignored.length > 0 && <li>{said.ignored(namesOf(ignored))}</li>}
        </ul>
      )}
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

const names_max = 12;
function namesOf(columns: readonly string[]): string {
  const shown = columns.slice(0, names_max).map(shortened).join(', ');
  return columns.length > names_max ? `${shown} …` : shown;
}

function Rows({ rows }: { readonly rows: readonly PlanRow[] }) {
  const said = say(sectionWords);
  return (
    <Table
      caption={said.inFile}
      rows={rows}
      keyOf={({ row }) => String(row)}
      empty=""
      columns={[
        { key: 'row', title: said.row, cell: ({ row }) => number(row) },
        ...sectionFields.map((field) => ({
          key: field,
          title: said.field[field],
          cell: (row: PlanRow) => <ReadCell row={row} field={field} />,
        })),
        {
          key: 'fault',
          title: said.fault,
          cell: (row: PlanRow) => {
            const { length } = reasonsOf(row);
            return <span class={length === 0 ? 'quiet' : 'fault'}>{length === 0 ? said.fine : length}</span>;
          },
        },
      ]}
    />
  );
}

/** As it will be taken; below it, as it stands in the file where that is something else. */
function ReadCell({
  row: { section, written, faults },
  field,
}: {
  readonly row: PlanRow;
  readonly field: SectionField;
}) {
  const [text, other] = [section[field], written[field]];
  const isNumber = field !== 'name' && field !== 'grade' && /^\d{1,12}$/.test(text);
  const shown = isNumber ? number(Number(text)) : shortened(text);
  return (
    <span class="as-read" translate={false}>
      <span class={faults[field] === undefined ? '' : 'alarm'}>{text === '' ? '–' : shown}</span>
      {other !== undefined && isNumber && <span class="quiet small as-written">{shortened(other)}</span>}
    </span>
  );
}

const rows_told_max = 20;

/** Row by row: which cell, what stands in it, and why it cannot be taken. */
function ToCorrect({ rows }: { readonly rows: readonly PlanRow[] }) {
  const said = say(sectionWords);
  const shown = rows.slice(0, rows_told_max);
  return (
    <Notice key={rows.length} title={said.notClean(number(rows.length))}>
      <ul class="to-correct">
        {shown.map((row) => (
          <li key={row.row}>
            <strong>{said.inRow(row.row)}</strong> {reasonsOf(row).join(' ')}
          </li>
        ))}
        {rows.length > shown.length && <li>{said.andMore(rows.length - shown.length)}</li>}
      </ul>
    </Notice>
  );
}

function reasonsOf({ faults, fault, section }: PlanRow): string[] {
  const said = say(sectionWords);
  const told = sectionFields.flatMap((field) => {
    const own = faults[field];
    const cell = section[field] === '' ? '' : ` ‘${shortened(section[field])}’`;
    return own === undefined ? [] : [`${said.field[field]}${cell}: ${say(own)}`];
  });
  return fault === undefined ? told : [say(fault), ...told];
}
