/** The ticket itself: a body and a perforated end. Paid, it is stamped; the end stays on, the door tears it off. */
import type { ComponentChildren } from 'preact';
import type { Reply } from '../client/client.ts';
import { OwnTime } from '../ui/own-time.tsx';
import { clockTime, dateWithYear, money, nameOfLabel, say, titleIn } from '../words/words.ts';
import { startsAtOf, type Concert } from './concerts.ts';
import './stub.css';

export type Reservation = Reply<'getReservation'>;

const words = {
  ko: { date: '일시', hall: '장소', seats: '좌석', price: '금액', paid: ['예매', '완료'] },
  en: { date: 'Date', hall: 'Venue', seats: 'Seats', price: 'Total', paid: ['Confirmed'] },
};

export interface StubProps {
  readonly reservation: Reservation;
  readonly concert: Concert;
  /** What stands on the end. */
  readonly end?: ComponentChildren;
  /** It was paid just now, so it is stamped before the eyes. */
  readonly fresh?: boolean;
}

export function Stub({ reservation, concert, end, fresh = false }: StubProps) {
  const said = say(words);
  const { status, seats, amount, performanceId } = reservation;
  const [title, second] = titleIn(concert.title);
  const startsAt = startsAtOf(concert, performanceId);
  const state = { HELD: 'held', CONFIRMED: 'paid', EXPIRED: 'over', CANCELLED: 'over' }[status];
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
              {seats.map(({ number, label }) => (
                <b key={number} translate={false}>
                  {nameOfLabel(label)}
                </b>
              ))}
            </dd>
          </div>
          <div>
            <dt>{said.price}</dt>
            <dd>
              <b>{money(amount)}</b>
            </dd>
          </div>
        </dl>
        {status === 'CONFIRMED' && (
          <p class="stamp">
            <span class="hidden">{said.paid.join(' ')}</span>
            <span class="ink" aria-hidden="true">
              {said.paid.map((line) => (
                <b key={line}>{line}</b>
              ))}
            </span>
          </p>
        )}
      </div>
      <div class="stub-end">{end}</div>
    </div>
  );
}
