/** Calling a date off. All that it does is said with its sums, and the day is typed: no other date is meant. */
import { useId } from 'preact/hooks';
import { useSignal, type Signal } from '@preact/signals';
import { refundLimits } from '../../../src/contract/limits.ts';
import { percentOf } from '../../../src/refunds/refund-of.ts';
import { askOnce } from '../../client/keys.ts';
import { Button } from '../../ui/button.tsx';
import { language, money, number, say } from '../../words/words.ts';
import { moment } from '../desk/moments.ts';
import { wholeOf } from '../desk/rules.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Panel } from '../parts/panel.tsx';
import { WrittenField } from '../parts/written-field.tsx';
import type { DateProps, OneDate } from './date.tsx';
import { dateWords } from './date-words.ts';

const reason_chars_max = 500;

interface Written {
  readonly ko: Signal<string>;
  readonly en: Signal<string>;
  readonly percent: Signal<string>;
}

export function CallOff({ date, load }: DateProps) {
  const said = say(dateWords);
  const written = { ko: useSignal(''), en: useSignal(''), percent: useSignal('0') };
  const tried = useSignal(false);
  const asking = useSignal(false);
  const faults = faultsOf(written);
  return (
    <Panel title={said.callOff} aside={said.callOffText} kind="alarm">
      <form
        class="act"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const { currentTarget: form } = event;
          tried.value = true;
          if (faults.reason || faults.percent) {
            requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
            return;
          }
          load.reload();
          asking.value = true;
        }}
      >
        <Reasons written={written} fault={tried.value && faults.reason} />
        <div class="fields narrow">
          <WrittenField
            label={said.percent}
            name="compensation"
            hint={said.percentHint}
            fault={tried.value && faults.percent ? said.percentFault : undefined}
            text={written.percent}
            input={{ inputMode: 'numeric', autocomplete: 'off' }}
          />
        </div>
        <Effects date={date} percent={percentIn(written) ?? 0} />
        <div>
          <Button type="submit" size="small" kind="plain">
            {said.review}
          </Button>
        </div>
      </form>
      {asking.value && (
        <AskDay
          date={date}
          written={written}
          onDone={load.reload}
          onClose={() => {
            asking.value = false;
          }}
        />
      )}
    </Panel>
  );
}

function percentIn({ percent }: Written): number | undefined {
  const value = wholeOf(percent.value);
  return value !== undefined && value >= 0 && value <= refundLimits.compensationPercentMax ? value : undefined;
}

function faultsOf(written: Written): { readonly reason: boolean; readonly percent: boolean } {
  const { ko, en } = written;
  return { reason: ko.value.trim() === '' || en.value.trim() === '', percent: percentIn(written) === undefined };
}

function Reasons({ written, fault }: { readonly written: Written; readonly fault: boolean }) {
  const said = say(dateWords);
  const id = useId();
  const fields = language.value === 'ko' ? (['ko', 'en'] as const) : (['en', 'ko'] as const);
  return (
    <>
      {fields.map((field) => (
        <div class="field" key={field}>
          <label for={`${id}-${field}`}>{said.reason[field]}</label>
          <textarea
            id={`${id}-${field}`}
            lang={field}
            rows={2}
            maxLength={reason_chars_max}
            aria-invalid={fault && written[field].value.trim() === ''}
            aria-describedby={`${id}-hint`}
            value={written[field].value}
            onInput={({ currentTarget: { value } }) => {
              written[field].value = value;
            }}
          />
        </div>
      ))}
      <p id={`${id}-hint`} class={fault ? 'fault small' : 'quiet small'} key={String(fault)}>
        {fault ? said.reasonNeeded : said.reasonHint}
      </p>
    </>
  );
}

/** What it would do, of the numbers of this moment. */
function Effects({ date: { paid, held }, percent }: { readonly date: OneDate; readonly percent: number }) {
  const said = say(dateWords);
  const compensation = paid.prices.reduce((sum, { price, seats }) => sum + seats * percentOf(price, percent), 0);
  const lines =
    paid.reservations === 0
      ? [said.nobody]
      : [
          said.refund(number(paid.reservations), number(paid.seats), money(paid.amount)),
          compensation === 0 ? said.noCompensation : said.compensation(money(compensation)),
          ...(compensation === 0 ? [] : [said.total(money(paid.amount + compensation))]),
        ];
  const all = [...lines, ...(held.seats > 0 ? [said.holds(number(held.seats))] : []), said.noSale, said.background];
  return (
    // Replaced, not rewritten: a translator of pages would keep the old sums.
    <ul class="effects" key={all.join(' ')}>
      {[...all, said.forGood].map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

interface AskDayProps {
  readonly date: OneDate;
  readonly written: Written;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const digitsOf = (text: string): string => text.normalize('NFKC').replaceAll(/\D/g, '');

function AskDay({ date, written, onDone, onClose }: AskDayProps) {
  const said = say(dateWords);
  const day = moment(date.startsAt).slice(0, 10);
  const typed = useSignal('');
  const pressed = useSignal(false);
  const fits = digitsOf(typed.value) === digitsOf(day);
  const percent = percentIn(written) ?? 0;
  return (
    <Confirm
      title={said.confirmTitle}
      deed={said.callOffDeed}
      leave={said.leave}
      onClose={onClose}
      onConfirm={async () => {
        pressed.value = true;
        if (!fits) return false;
        const reason = { ko: written.ko.value.trim(), en: written.en.value.trim() };
        const asked = { params: { performanceId: date.id }, body: { reason, compensationPercent: percent } };
        await askOnce(`call-off:${date.id}`, 'callOffPerformance', asked);
        onDone();
        return true;
      }}
    >
      <Effects date={date} percent={percent} />
      <WrittenField
        label={said.type(day)}
        name="day"
        fault={pressed.value && !fits ? said.typeFault : undefined}
        text={typed}
        input={{ inputMode: 'numeric', autocomplete: 'off' }}
      />
    </Confirm>
  );
}
