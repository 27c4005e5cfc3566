/** A fan's reservations by state: what waits to be paid first, then the tickets, then what was cancelled, then what is over. */
import { ButtonLink } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { number, say } from '../words/words.ts';
import { isGivenBack } from './reservation.ts';
import { ReservationLine, type Owned } from './reservation-line.tsx';

const words = {
  ko: {
    held: '선점한 좌석',
    tickets: '티켓',
    cancelled: '취소된 예매',
    over: '지난 예매',
    empty: '아직 티켓이 없어요',
    emptyText: '보고 싶은 공연을 예매해 보세요.',
    home: '공연 보기',
  },
  en: {
    held: 'Seats you hold',
    tickets: 'Tickets',
    cancelled: 'Cancelled',
    over: 'Past',
    empty: 'No tickets yet',
    emptyText: 'Choose a concert and join the line.',
    home: 'See the concerts',
  },
};

interface ListProps {
  readonly owned: readonly Owned[];
  readonly onChange: () => void;
  readonly isPast?: boolean;
}

export function Reservations({ owned, onChange }: ListProps) {
  const said = say(words);
  const those = (...states: readonly string[]): Owned[] =>
    owned.filter(({ reservation }) => states.includes(reservation.status) && !isGivenBack(reservation));
  const tickets = those('CONFIRMED');
  const cancelled = owned.filter(({ reservation }) => isGivenBack(reservation));
  const held = those('HELD');
  const over = those('EXPIRED', 'CANCELLED');
  return (
    <div class="stack wide">
      {held.length > 0 && (
        <section>
          <h2>{said.held}</h2>
          <List owned={held} onChange={onChange} />
        </section>
      )}
      <section>
        <h2>{said.tickets}</h2>
        {tickets.length === 0 ? <NoTickets /> : <List owned={tickets} onChange={onChange} />}
      </section>
      {cancelled.length > 0 && (
        <section>
          <h2>{said.cancelled}</h2>
          <List owned={cancelled} onChange={onChange} isPast />
        </section>
      )}
      {over.length > 0 && (
        <details>
          <summary>
            {said.over} ({number(over.length)})
          </summary>
          <List owned={over} onChange={onChange} isPast />
        </details>
      )}
    </div>
  );
}

function List({ owned, onChange, isPast = false }: ListProps) {
  return (
    <ul class={isPast ? 'owned past' : 'owned'}>
      {owned.map((one) => (
        <ReservationLine key={one.reservation.id} {...one} onChange={onChange} />
      ))}
    </ul>
  );
}

function NoTickets() {
  const said = say(words);
  const home = (
    <ButtonLink href="/" kind="plain">
      {said.home}
    </ButtonLink>
  );
  return (
    <Notice kind="calm" title={said.empty} actions={home}>
      <p class="quiet">{said.emptyText}</p>
    </Notice>
  );
}
