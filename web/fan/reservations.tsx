/** A fan's reservations by state: what waits to be paid first, then the tickets, then what is over. */
import { Countdown } from '../ui/countdown.tsx';
import { ButtonLink } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { OwnTime } from '../ui/own-time.tsx';
import { counted } from '../words/language.ts';
import { begun } from '../words/seat-name.ts';
import { dateAndTime, money, namesOfLabels, number, say, titleIn } from '../words/words.ts';
import { startsAtOf, type Concert } from './concerts.ts';
import type { Reservation } from './stub.tsx';

export interface Owned {
  readonly reservation: Reservation;
  /** Undefined when it could not be read just now. */
  readonly concert: Concert | undefined;
}

const words = {
  ko: {
    held: '선점한 좌석',
    tickets: '티켓',
    over: '지난 예매',
    pay: '결제하기',
    left: '남은 시간',
    empty: '아직 티켓이 없어요',
    emptyText: '보고 싶은 공연을 예매해 보세요.',
    home: '공연 보기',
    seats: (count: string) => `${count}석`,
    states: { HELD: '선점됨', CONFIRMED: '예매 완료', EXPIRED: '시간 만료', CANCELLED: '선택 취소' },
    unknown: '공연',
  },
  en: {
    held: 'Seats you hold',
    tickets: 'Tickets',
    over: 'Past',
    pay: 'Pay',
    left: 'Time left',
    empty: 'No tickets yet',
    emptyText: 'Choose a concert and join the line.',
    home: 'See the concerts',
    seats: (count: string) => counted(count, 'seat'),
    states: { HELD: 'Held', CONFIRMED: 'Confirmed', EXPIRED: 'Expired', CANCELLED: 'Released' },
    unknown: 'Concert',
  },
};

export function Reservations({ owned, onChange }: { owned: readonly Owned[]; onChange: () => void }) {
  const said = say(words);
  const those = (...states: readonly string[]): Owned[] =>
    owned.filter(({ reservation }) => states.includes(reservation.status));
  const held = those('HELD');
  const tickets = those('CONFIRMED');
  const over = those('EXPIRED', 'CANCELLED');
  return (
    <div class="stack wide">
      {held.length > 0 && (
        <section>
          <h2>{said.held}</h2>
          <ul class="owned">
            {held.map((one) => (
              <Line key={one.reservation.id} {...one} onChange={onChange} />
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>{said.tickets}</h2>
        {tickets.length === 0 ? (
          <Notice
            kind="calm"
            title={said.empty}
            actions={
              <ButtonLink href="/" kind="plain">
                {said.home}
              </ButtonLink>
            }
          >
            <p class="quiet">{said.emptyText}</p>
          </Notice>
        ) : (
          <ul class="owned">
            {tickets.map((one) => (
              <Line key={one.reservation.id} {...one} onChange={onChange} />
            ))}
          </ul>
        )}
      </section>
      {over.length > 0 && (
        <details>
          <summary>
            {said.over} ({number(over.length)})
          </summary>
          <ul class="owned past">
            {over.map((one) => (
              <Line key={one.reservation.id} {...one} onChange={onChange} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Line({ reservation, concert, onChange }: Owned & { readonly onChange: () => void }) {
  const said = say(words);
  const { id, status, seats, amount, heldUntil, performanceId } = reservation;
  return (
    <li class="own" data-status={status}>
      <div>
        <h3>
          <a href={`/reservations/${id}`}>{concert === undefined ? said.unknown : titleIn(concert.title)[0]}</a>
        </h3>
        {concert !== undefined && (
          <p>
            {dateAndTime(startsAtOf(concert, performanceId))} <OwnTime at={startsAtOf(concert, performanceId)} />{' '}
            <span class="quiet">· {concert.venue}</span>
          </p>
        )}
        <p class="small quiet">
          {said.seats(number(seats.length))} ·{' '}
          <span translate={false}>{begun(namesOfLabels(seats.map(({ label }) => label)))}</span>
        </p>
      </div>
      <div class="own-end">
        <b>{money(amount)}</b>
        {status === 'HELD' && heldUntil !== null ? (
          <span class="small">
            {said.left} <Countdown until={heldUntil} onEnd={onChange} />
          </span>
        ) : (
          <span class="small quiet">{said.states[status]}</span>
        )}
      </div>
    </li>
  );
}
