/** The dates of a concert beside their sales: choosing one, how it stands, and the way to moving it or calling it off. */
import { dateAndTime, say } from '../../words/words.ts';
import { ConditionOf } from '../desk/states.tsx';
import { salesWords, type Sales } from './sales-words.ts';

type DateSales = Sales['performances'][number];

function Manage({ of: { id, startsAt } }: { readonly of: DateSales }) {
  const said = say(salesWords);
  return (
    <a class="date-choice" href={`/console/dates/${id}`} aria-label={said.manageThis(dateAndTime(startsAt))}>
      {said.manage}
    </a>
  );
}

export function OnlyDate({ of: date }: { readonly of: DateSales | undefined }) {
  if (date === undefined) return null;
  return (
    <p class="row">
      <span translate={false}>{dateAndTime(date.startsAt)}</span>
      <DateState of={date} />
      <a href={`/console/dates/${date.id}`}>{say(salesWords).manageOnly}</a>
    </p>
  );
}

/** Nothing is said of a date that takes place as it was planned. */
function DateState({ of: { status, movedFrom } }: { readonly of: DateSales }) {
  if (status === 'CANCELLED') return <ConditionOf of="CALLED_OFF" />;
  return movedFrom === null ? null : <ConditionOf of="MOVED" />;
}

interface ChoiceProps {
  readonly of: DateSales;
  readonly chosen: { value: string | undefined };
}

export function Choice({ of: date, chosen }: ChoiceProps) {
  const { id, startsAt } = date;
  return (
    <>
      <button
        type="button"
        class="date-choice"
        translate={false}
        aria-pressed={chosen.value === id}
        onClick={() => {
          chosen.value = chosen.value === id ? undefined : id;
        }}
      >
        {dateAndTime(startsAt)}
      </button>
      <div class="date-row small">
        <Manage of={date} />
        <DateState of={date} />
      </div>
    </>
  );
}
