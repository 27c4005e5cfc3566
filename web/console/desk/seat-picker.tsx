/** Choosing a seat by what people call it: concert, date, and the label on the ticket. */
import { useSignal } from '@preact/signals';
import { oneLineIn } from '../../../src/contract/text.ts';
import { ask, type Reply } from '../../client/client.ts';
import { Button } from '../../ui/button.tsx';
import { useLoad } from '../../ui/load.tsx';
import { seatTyped } from '../../words/seat-name.ts';
import { dateAndTime, say, titleIn } from '../../words/words.ts';
import { go } from '../router.ts';
import { addressOf, fieldOf } from './query.ts';
import { useConcerts } from './reservations.tsx';
import { seatWords } from './seat-words.ts';

type Plan = Reply<'getPlan'>;

export function SeatPicker({ performanceId, seat }: { readonly performanceId: string; readonly seat: string }) {
  const said = say(seatWords);
  const concerts = useConcerts();
  const chosen = useSignal(performanceId.split('-')[0] ?? '');
  return (
    <div class="filters">
      <label class="field">
        <span>{said.concert}</span>
        <select
          class="box"
          value={chosen.value}
          onChange={({ currentTarget: { value } }) => {
            chosen.value = value;
          }}
        >
          <option value="">{said.choose}</option>
          {concerts.map(({ id, title }) => (
            <option key={id} value={id}>
              {titleIn(title)[0]}
            </option>
          ))}
        </select>
      </label>
      {chosen.value !== '' && (
        <InConcert key={chosen.value} concertId={chosen.value} performanceId={performanceId} seat={seat} />
      )}
    </div>
  );
}

interface InConcertProps {
  readonly concertId: string;
  readonly performanceId: string;
  readonly seat: string;
}

function InConcert({ concertId, performanceId, seat }: InConcertProps) {
  const said = say(seatWords);
  const load = useLoad(concertId, (signal) => ask('getPlan', { params: { concertId }, signal }));
  const missing = useSignal(false);
  const state = load.state.value;
  if (state.at === 'failed') return <p class="fault">{said.noSuch}</p>;
  if (state.at === 'loading') return <p class="quiet">…</p>;
  const { performances } = state.data;
  const shown = performances.find(({ id }) => id === performanceId) ?? performances[0];
  const find = (form: HTMLFormElement): void => {
    const date = performances.find(({ id }) => id === fieldOf(form, 'date'));
    const found = date === undefined ? undefined : numberOf(date, fieldOf(form, 'seat'));
    missing.value = found === undefined;
    if (date === undefined || found === undefined) return;
    go(addressOf('/console/seat', { performance: date.id, seat: String(found) }));
  };
  return (
    <form
      class="filters inner"
      onSubmit={(event) => {
        event.preventDefault();
        find(event.currentTarget);
      }}
    >
      <label class="field">
        <span>{said.date}</span>
        <select key={shown?.id} class="box" name="date" defaultValue={shown?.id}>
          {performances.map(({ id, startsAt }) => (
            <option key={id} value={id}>
              {dateAndTime(startsAt)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{said.label}</span>
        <input
          key={seat}
          class="box"
          name="seat"
          autocomplete="off"
          maxLength={100}
          defaultValue={labelOf(shown, seat)}
          placeholder={said.labelHint}
          aria-invalid={missing.value}
          aria-describedby="no-such-seat"
        />
      </label>
      <Button type="submit" size="small" kind="plain">
        {said.find}
      </Button>
      <span id="no-such-seat" class="fault small" role="status">
        {missing.value && said.noSuch}
      </span>
    </form>
  );
}

type PlannedDate = Plan['performances'][number];

/** As it is said, `A구역 3열 12번`; its label, `A-3-12`; or the number itself. */
function numberOf(date: PlannedDate, text: string): number | undefined {
  const wanted = oneLineIn(text).normalize('NFKC');
  if (/^\d{1,6}$/.test(wanted)) return isUpTo(Number(wanted), date.seatsTotal) ? Number(wanted) : undefined;
  const names = date.sections.map(({ name }) => name);
  const { section: name, row, place } = seatTyped(wanted, names) ?? { section: '', row: 0, place: 0 };
  const section = date.sections.find((one) => one.name === name);
  const isInside = isUpTo(row, section?.rows) && isUpTo(place, section?.seatsPerRow);
  if (section === undefined || !isInside) return undefined;
  return section.firstNumber + (row - 1) * section.seatsPerRow + place - 1;
}

const isUpTo = (value: number, max = 0): boolean => value >= 1 && value <= max;

function labelOf(date: PlannedDate | undefined, seat: string): string {
  const number = Number(seat);
  const section = date?.sections.findLast(({ firstNumber }) => firstNumber <= number);
  if (seat === '' || section === undefined || number > (date?.seatsTotal ?? 0)) return seat;
  const offset = number - section.firstNumber;
  return `${section.name}-${Math.floor(offset / section.seatsPerRow) + 1}-${(offset % section.seatsPerRow) + 1}`;
}
