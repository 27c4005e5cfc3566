/** One of a fan's reservations among others: what and when, what became of its date and of seats that were cancelled. */
import { secondsUntil } from '../client/clock.ts';
import { Countdown } from '../ui/countdown.tsx';
import { OwnTime } from '../ui/own-time.tsx';
import { counted } from '../words/language.ts';
import { begun } from '../words/seat-name.ts';
import { dateAndTime, money, namesOfLabels, number, say, titleIn } from '../words/words.ts';
import { dateIn, startsAtOf, type Concert, type ConcertDate } from './concerts.ts';
import { freeUntil, MovedFromTo, WhyOff } from './date-news.tsx';
import { cancellationsOf, cancelledSeatsOf, isGivenBack, type Reservation } from './reservation.ts';

export interface Owned {
  readonly reservation: Reservation;
  /** Undefined when it could not be read just now. */
  readonly concert: Concert | undefined;
}

const words = {
  ko: {
    left: '남은 시간',
    seats: (count: string) => `${count}석`,
    states: {
      HELD: '선점됨',
      CONFIRMED: '예매 완료',
      EXPIRED: '시간 만료',
      CANCELLED: '선택 취소',
      GIVEN_BACK: '예매 취소',
      REFUNDING: '환불 중',
    },
    refund: (amount: string) => `환불 ${amount}`,
    compensation: (amount: string) => `보상금 ${amount}`,
    some: (count: string) => `${count}석 취소됨`,
    off: '공연이 취소됐어요',
    moved: '일정이 바뀌었어요',
    free: (until: string) => `${until} 전까지 수수료 없이 취소할 수 있어요.`,
    cancel: '예매 취소',
    unknown: '공연',
  },
  en: {
    left: 'Time left',
    seats: (count: string) => counted(count, 'seat'),
    states: {
      HELD: 'Held',
      CONFIRMED: 'Confirmed',
      EXPIRED: 'Expired',
      CANCELLED: 'Released',
      GIVEN_BACK: 'Cancelled',
      REFUNDING: 'Being refunded',
    },
    refund: (amount: string) => `Refund ${amount}`,
    compensation: (amount: string) => `Compensation ${amount}`,
    some: (count: string) => `${counted(count, 'seat')} cancelled`,
    off: 'The show was called off',
    moved: 'The date was moved',
    free: (until: string) => `You can cancel without a fee until ${until}.`,
    cancel: 'Cancel tickets',
    unknown: 'Concert',
  },
};

type State = keyof (typeof words)['ko']['states'];

function stateOf(reservation: Reservation, isCalledOff: boolean): State {
  if (isGivenBack(reservation)) return 'GIVEN_BACK';
  return reservation.status === 'CONFIRMED' && isCalledOff ? 'REFUNDING' : reservation.status;
}

type LineProps = Owned & { readonly onChange: () => void };

export function ReservationLine({ reservation, concert, onChange }: LineProps) {
  const said = say(words);
  const { id, status, heldUntil, performanceId } = reservation;
  const date = concert === undefined ? undefined : dateIn(concert, performanceId);
  const isCalledOff = date?.status === 'CANCELLED';
  return (
    <li class="own" data-status={status}>
      <div>
        <h3>
          <a id={`own-${id}`} href={`/reservations/${id}`}>
            {concert === undefined ? said.unknown : titleIn(concert.title)[0]}
          </a>
        </h3>
        {concert !== undefined && (
          <p>
            {dateAndTime(startsAtOf(concert, performanceId))} <OwnTime at={startsAtOf(concert, performanceId)} />{' '}
            <span class="quiet">· {concert.venue}</span>
          </p>
        )}
        <Names reservation={reservation} />
        {date !== undefined && <DateNews date={date} reservation={reservation} />}
        <Refunded reservation={reservation} />
        <Act reservation={reservation} date={date} />
      </div>
      <div class="own-end">
        {isGivenBack(reservation) ? (
          <s key="gone">{money(reservation.paid ?? 0)}</s>
        ) : (
          <b key="kept">{money(reservation.amount)}</b>
        )}
        {status === 'HELD' && heldUntil !== null ? (
          <span class="small">
            {said.left} <Countdown until={heldUntil} onEnd={onChange} />
          </span>
        ) : (
          <span class="small quiet">{said.states[stateOf(reservation, isCalledOff)]}</span>
        )}
      </div>
    </li>
  );
}

type OwnProps = Pick<Owned, 'reservation'>;

/** The seats that are left; where none is, those that were given back, struck. */
function Names({ reservation }: OwnProps) {
  const said = say(words);
  const { seats } = reservation;
  const shown = seats.length === 0 ? cancelledSeatsOf(reservation) : seats;
  const names = begun(namesOfLabels(shown.map(({ label }) => label)));
  return (
    <p class="small quiet">
      {said.seats(number(shown.length))} ·{' '}
      {seats.length === 0 ? (
        <s key="gone" translate={false}>
          {names}
        </s>
      ) : (
        <span key="left" translate={false}>
          {names}
        </span>
      )}
    </p>
  );
}

/** Called off, and why; or moved, and what one may do about it. */
function DateNews({ date, reservation }: OwnProps & { readonly date: ConcertDate }) {
  const said = say(words);
  if (date.status === 'CANCELLED') {
    return (
      <div class="own-news small">
        <p>
          <b>{said.off}</b>
        </p>
        <WhyOff notice={date.notice} />
      </div>
    );
  }
  if (date.movedFrom === null || secondsUntil(date.startsAt) === 0) return undefined;
  const free = freeUntil(date, reservation);
  return (
    <div class="own-news small">
      <p>
        <b>{said.moved}</b>
      </p>
      <MovedFromTo from={date.movedFrom} to={date.startsAt} />
      {free !== undefined && <p>{said.free(dateAndTime(free))}</p>}
    </div>
  );
}

/** What came back of it so far. */
function Refunded({ reservation }: OwnProps) {
  const said = say(words);
  const [cancelledSeats, cancellations] = [cancelledSeatsOf(reservation), cancellationsOf(reservation)];
  if (cancelledSeats.length === 0) return undefined;
  const refund = cancellations.reduce((sum, one) => sum + one.refund, 0);
  const compensation = cancellations.reduce((sum, one) => sum + one.compensation, 0);
  const parts = [
    ...(reservation.seats.length > 0 ? [said.some(number(cancelledSeats.length))] : []),
    said.refund(money(refund)),
    ...(compensation > 0 ? [said.compensation(money(compensation))] : []),
  ];
  return <p class="own-news small">{parts.join(' · ')}</p>;
}

/** Cancelling, for as long as there is something to cancel. */
function Act({ reservation: { id, status }, date }: OwnProps & { readonly date: ConcertDate | undefined }) {
  if (status !== 'CONFIRMED' || date?.status !== 'SCHEDULED' || secondsUntil(date.startsAt) === 0) return undefined;
  return (
    <p class="own-act">
      <a id={`cancel-${id}`} aria-labelledby={`own-${id} cancel-${id}`} href={`/reservations/${id}/cancellation`}>
        {say(words).cancel}
      </a>
    </p>
  );
}
