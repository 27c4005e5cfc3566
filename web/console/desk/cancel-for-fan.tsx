/** Cancelling seats for their fan: which, why and for what fee; the effect in words first, then once more before it is done. */
import { useSignal, type Signal } from '@preact/signals';
import { percentOf } from '../../../src/refunds/refund-of.ts';
import type { BodyOf } from '../../../src/contract.ts';
import type { Reply } from '../../client/client.ts';
import { askOnce } from '../../client/keys.ts';
import { Button } from '../../ui/button.tsx';
import type { Load } from '../../ui/load.tsx';
import { Notice } from '../../ui/notice.tsx';
import { reasonWords } from '../../words/cancellation-reasons.ts';
import { money, nameOfLabel, number, say } from '../../words/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Panel } from '../parts/panel.tsx';
import { WrittenField } from '../parts/written-field.tsx';
import type { OneReservation } from './reservation.tsx';
import { reservationWords } from './reservation-words.ts';
import { wholeOf } from './rules.ts';

type Reason = BodyOf<'cancelForFan'>['reason'];
type Done = Reply<'cancelForFan'>;
/** In the contract's order. */
const reasons = ['fan', 'organiser', 'postponed', 'force_majeure', 'illness'] as const satisfies readonly Reason[];
const isReason = (text: string): text is Reason => (reasons as readonly string[]).includes(text);

interface Written {
  readonly seats: Signal<ReadonlySet<number>>;
  readonly reason: Signal<Reason>;
  readonly percent: Signal<string>;
}

export interface CancelForFanProps {
  readonly of: OneReservation;
  readonly load: Load<OneReservation | undefined>;
}

/** Stands for as long as the page does, so that what was done is told beside what is left. */
export function CancelForFan({ of, load }: CancelForFanProps) {
  const said = say(reservationWords);
  const done = useSignal<Done | 'other' | undefined>(undefined);
  const isOpen = of.row.status === 'CONFIRMED' && of.row.seats.length > 0;
  if (!isOpen && done.value === undefined) return null;
  return (
    <Panel title={said.act} aside={isOpen ? said.actText : undefined}>
      <div class="stack">
        {done.value !== undefined && <Told done={done.value} />}
        {isOpen && (
          <CancelForm
            key={of.row.seats.map(({ number: seat }) => seat).join(',')}
            of={of}
            onDone={(answer) => {
              done.value = answer;
              load.reload();
            }}
          />
        )}
      </div>
    </Panel>
  );
}

function Told({ done }: { readonly done: Done | 'other' }) {
  const said = say(reservationWords);
  if (done === 'other') return <Notice title={said.other}>{said.otherText}</Notice>;
  return (
    <Notice kind="good" title={said.done(number(done.seats.length))}>
      <p>{said.doneText(money(done.refund), money(done.fee))}</p>
      <p class="quiet small">{said.balance(money(done.balance))}</p>
    </Notice>
  );
}

interface FormProps {
  readonly of: OneReservation;
  readonly onDone: (done: Done | 'other') => void;
}

function percentIn({ percent }: Written): number | undefined {
  const value = wholeOf(percent.value);
  return value !== undefined && value >= 0 && value <= 100 ? value : undefined;
}

function CancelForm({ of, onDone }: FormProps) {
  const said = say(reservationWords);
  const written: Written = {
    seats: useSignal<ReadonlySet<number>>(new Set(of.row.seats.map(({ number: seat }) => seat))),
    reason: useSignal<Reason>('fan'),
    percent: useSignal('0'),
  };
  const tried = useSignal(false);
  const asking = useSignal(false);
  const isMissing = written.seats.value.size === 0;
  const isOff = percentIn(written) === undefined;
  return (
    <form
      class="act"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const { currentTarget: form } = event;
        tried.value = true;
        if (!isMissing && !isOff) asking.value = true;
        else requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      }}
    >
      <Seats of={of} seats={written.seats} fault={tried.value && isMissing} />
      <ReasonAndFee written={written} fault={tried.value && isOff} />
      {!isMissing && !isOff && <Effects of={of} written={written} />}
      <div>
        <Button type="submit" size="small">
          {said.review}
        </Button>
      </div>
      {asking.value && (
        <Ask
          of={of}
          written={written}
          onDone={onDone}
          onClose={() => {
            asking.value = false;
          }}
        />
      )}
    </form>
  );
}

interface ReasonProps {
  readonly written: Written;
  readonly fault: boolean;
}

function ReasonAndFee({ written, fault }: ReasonProps) {
  const said = say(reservationWords);
  return (
    <div class="fields narrow">
      <div class="field">
        <label for="cancel-reason">{said.reason}</label>
        <select
          id="cancel-reason"
          value={written.reason.value}
          onChange={({ currentTarget: { value } }) => {
            if (isReason(value)) written.reason.value = value;
          }}
        >
          {reasons.map((reason) => (
            <option key={reason} value={reason}>
              {say(reasonWords)[reason]}
            </option>
          ))}
        </select>
      </div>
      <WrittenField
        label={said.percent}
        name="feePercent"
        hint={said.percentHint}
        fault={fault ? said.percentFault : undefined}
        text={written.percent}
        input={{ inputMode: 'numeric', autocomplete: 'off' }}
      />
    </div>
  );
}

interface SeatsProps {
  readonly of: OneReservation;
  readonly seats: Written['seats'];
  readonly fault: boolean;
}

function Seats({ of: { row }, seats, fault }: SeatsProps) {
  const said = say(reservationWords);
  return (
    <fieldset class="seat-choices" aria-label={said.which}>
      {row.seats.map(({ number: seat, label, price }) => (
        <label key={seat} class="check-line">
          <input
            type="checkbox"
            checked={seats.value.has(seat)}
            aria-invalid={fault}
            aria-describedby={fault ? 'no-seat-chosen' : undefined}
            onChange={({ currentTarget: { checked } }) => {
              const next = new Set(seats.value);
              if (checked) next.add(seat);
              else next.delete(seat);
              seats.value = next;
            }}
          />
          <span translate={false}>
            {nameOfLabel(label)} <span class="quiet small">{money(price)}</span>
          </span>
        </label>
      ))}
      {fault && (
        <span id="no-seat-chosen" class="fault small" role="alert">
          {said.whichNeeded}
        </span>
      )}
    </fieldset>
  );
}

interface EffectsProps extends Pick<FormProps, 'of'> {
  readonly written: Written;
}

/** Who gets what back, what becomes of the seats, and who comes in. */
function Effects(props: EffectsProps) {
  const lines = [...moneyLines(props), ...seatLines(props), say(reservationWords).forGood];
  return (
    // Replaced, not rewritten: a translator of pages would keep the old sums.
    <ul class="effects" key={lines.join(' ')}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

const chosenOf = ({ of: { row }, written }: EffectsProps) =>
  row.seats.filter(({ number: seat }) => written.seats.value.has(seat));

function moneyLines(props: EffectsProps): readonly string[] {
  const said = say(reservationWords);
  const { row } = props.of;
  const chosen = chosenOf(props);
  const percent = percentIn(props.written) ?? 0;
  const fee = chosen.reduce((sum, { price }) => sum + percentOf(price, percent), 0);
  const refund = chosen.reduce((sum, { price }) => sum + price, 0) - fee;
  return [
    said.effectRefund(row.userName ?? row.userId, money(refund)),
    fee === 0 ? said.effectNoFee : said.effectFee(money(fee)),
  ];
}

function seatLines(props: EffectsProps): readonly string[] {
  const said = say(reservationWords);
  const { row, concert, settings } = props.of;
  const chosen = chosenOf(props).length;
  const left = row.seats.length - chosen;
  const isOnSale = concert.performances.some(({ id, onSale }) => id === row.performanceId && onSale);
  return [
    ...(isOnSale ? [said.effectSeats(number(chosen))] : []),
    ...(isOnSale && settings?.boundToSupply === true ? [said.effectNext] : []),
    left === 0 ? said.effectNone : said.effectKept(number(left)),
  ];
}

interface AskProps extends FormProps {
  readonly written: Written;
  readonly onClose: () => void;
}

function Ask({ of, written, onDone, onClose }: AskProps) {
  const said = say(reservationWords);
  const { row } = of;
  const chosen = row.seats.map(({ number: seat }) => seat).filter((seat) => written.seats.value.has(seat));
  return (
    <Confirm
      title={said.confirm}
      deed={said.deed}
      leave={said.leave}
      onClose={onClose}
      onConfirm={async () => {
        const body = { reason: written.reason.value, feePercent: percentIn(written) ?? 0, seatNumbers: chosen };
        onDone(await askOnce(`cancel-for-fan:${row.id}`, 'cancelForFan', { params: { id: row.id }, body }));
      }}
      onRefused={({ code }) => {
        if (code !== 'IDEMPOTENCY_KEY_REUSED') return false;
        onDone('other');
        return true;
      }}
    >
      <p>
        <strong translate={false}>
          {row.seats
            .filter(({ number: seat }) => chosen.includes(seat))
            .map(({ label }) => nameOfLabel(label))
            .join(', ')}
        </strong>{' '}
        <span class="quiet">{say(reasonWords)[written.reason.value]}</span>
      </p>
      <Effects of={of} written={written} />
    </Confirm>
  );
}
