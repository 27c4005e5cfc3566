/**
 * The ticket itself: a body and a perforated end. Paid, it is stamped; the end stays on, the door tears it off. What was given
 * back is struck, and when nothing is left the stamp says so.
 */
import type { ComponentChildren } from 'preact';
import { OwnTime } from '../ui/own-time.tsx';
import { clockTime, dateWithYear, money, nameOfLabel, say, titleIn } from '../words/words.ts';
import { dateIn, startsAtOf, type Concert } from './concerts.ts';
import { cancelledSeatsOf, isGivenBack, type Reservation } from './reservation.ts';
import './stub.css';

const words = {
  ko: {
    date: '일시',
    hall: '장소',
    seats: '좌석',
    price: '금액',
    stamps: { paid: ['예매', '완료'], void: ['예매', '취소'], off: ['공연', '취소'] },
    cancelled: '취소된 좌석',
  },
  en: {
    date: 'Date',
    hall: 'Venue',
    seats: 'Seats',
    price: 'Total',
    stamps: { paid: ['Confirmed'], void: ['Cancelled'], off: ['Called off'] },
    cancelled: 'Cancelled seat',
  },
};

export interface StubProps {
  readonly reservation: Reservation;
  readonly concert: Concert;
  /** What stands on the end. */
  readonly end?: ComponentChildren;
  /** It was paid just now, so it is stamped before the eyes. */
  readonly fresh?: boolean;
}

type State = 'held' | 'paid' | 'over' | 'void' | 'off';

/** Of a date that was called off, a ticket that was paid for lets nobody in, refunded already or not yet. */
function stateOf(reservation: Reservation, concert: Concert): State {
  const isOff = dateIn(concert, reservation.performanceId)?.status === 'CANCELLED';
  if (isOff && reservation.paid !== undefined) return 'off';
  if (isGivenBack(reservation)) return 'void';
  return ({ HELD: 'held', CONFIRMED: 'paid', EXPIRED: 'over', CANCELLED: 'over' } as const)[reservation.status];
}

export function Stub({ reservation, concert, end, fresh = false }: StubProps) {
  const said = say(words);
  const { amount, paid, performanceId } = reservation;
  const [title, second] = titleIn(concert.title);
  const startsAt = startsAtOf(concert, performanceId);
  const state = stateOf(reservation, concert);
  return (
    <div class={`stub ${state} ${fresh ? 'fresh' : ''}`}>
      <div class="stub-body">
        <div class="what">
          <p class="artist">{concert.artist}</p>
          <h2>{title}</h2>
          {second !== undefined && <p class="quiet">{second}</p>}
        </div>
        <dl>
          <div>
            <dt>{said.date}</dt>
            <dd>
              {dateWithYear(startsAt)} <b translate={false}>{clockTime(startsAt)}</b> <OwnTime at={startsAt} />
            </dd>
          </div>
          <div>
            <dt>{said.hall}</dt>
            <dd>{concert.venue}</dd>
          </div>
          <div>
            <dt>{said.seats}</dt>
            <dd class="seat-names">
              <SeatNames reservation={reservation} />
            </dd>
          </div>
          <div>
            <dt>{said.price}</dt>
            <dd>
              {isGivenBack(reservation) ? <s key="void">{money(paid ?? 0)}</s> : <b key="kept">{money(amount)}</b>}
            </dd>
          </div>
        </dl>
        {(state === 'paid' || state === 'void' || state === 'off') && <Stamp key={state} words={said.stamps[state]} />}
      </div>
      <div class="stub-end">{end}</div>
    </div>
  );
}

function SeatNames({ reservation }: Pick<StubProps, 'reservation'>) {
  const said = say(words);
  return (
    <>
      {reservation.seats.map(({ number, label }) => (
        <b key={number} translate={false}>
          {nameOfLabel(label)}
        </b>
      ))}
      {cancelledSeatsOf(reservation).map(({ number, label }) => (
        <span key={number} class="gone">
          <span class="hidden">{said.cancelled} </span>
          <s translate={false}>{nameOfLabel(label)}</s>
        </span>
      ))}
    </>
  );
}

function Stamp({ words: lines }: { readonly words: readonly string[] }) {
  return (
    <p class="stamp">
      <span class="hidden">{lines.join(' ')}</span>
      <span class="ink" aria-hidden="true">
        {lines.map((line) => (
          <b key={line}>{line}</b>
        ))}
      </span>
    </p>
  );
}
