/** Everybody's reservations: by concert, by state, by what people tell on the telephone. */
import { ask, type Reply } from '../../client/client.ts';
import { useLoad } from '../../ui/load.tsx';
import { dateAndTime, money, nameOfLabel, say, titleIn } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Table } from '../parts/table.tsx';
import { place } from '../router.ts';
import { DownloadButton } from './download.tsx';
import { moment } from './moments.ts';
import { Filters } from './filters.tsx';
import { PagesOf } from './pages-of.tsx';
import { addressOf, queryOf } from './query.ts';
import { ConditionOf, conditionName, conditionOf } from './states.tsx';
import './desk.css';

const words = {
  ko: {
    title: '예매',
    text: '모든 이용자의 예매예요. 시간이 만료된 예매와 취소한 예매도 있어요. 예매 번호를 누르면 취소할 수 있어요.',
    q: '찾을 말',
    qHint: '예매 번호, 좌석(F1구역 1열 49번), 이름, 이메일. 일부만 적어도 돼요',
    concert: '공연',
    all: '모든 공연',
    status: '상태',
    any: '모든 상태',
    find: '찾기',
    empty: '조건에 맞는 예매가 없어요.',
    exportText: '공연을 선택하면 그 공연의 예매 전체를 파일로 내려받을 수 있어요.',
    at: '시각',
    seats: '좌석',
    amount: '금액',
    who: '이용자',
    id: '예매 번호',
    until: (time: string) => `${time}까지`,
    found: '이 이름의 좌석',
    cancelled: '(취소됨)',
    back: (amount: string) => `환불 ${amount}`,
    kinds: { CANCELLED: '취소 (선택 취소, 예매 취소)' },
    moreSeats: '더 있어요. 공연을 선택하거나 더 자세히 적어 주세요.',
  },
  en: {
    title: 'Reservations',
    text: 'Of all users, including those that expired, were released or cancelled. Open one to cancel it.',
    q: 'Find',
    qHint: 'Number on the ticket, seat (F1-1-49), name or e-mail; a part will do',
    concert: 'Concert',
    all: 'All concerts',
    status: 'State',
    any: 'Any state',
    find: 'Find',
    empty: 'No reservations found.',
    exportText: 'Choose a concert to download all its reservations.',
    at: 'Time',
    seats: 'Seats',
    amount: 'Amount',
    who: 'User',
    id: 'Reservation',
    until: (time: string) => `until ${time}`,
    found: 'Seats of that name',
    cancelled: '(cancelled)',
    back: (amount: string) => `refunded ${amount}`,
    kinds: { CANCELLED: 'Released or cancelled' },
    moreSeats: 'There are more. Choose a concert, or type more.',
  },
};

const path = '/console/reservations';
const statuses = ['HELD', 'CONFIRMED', 'EXPIRED', 'CANCELLED'] as const;
type Status = (typeof statuses)[number];
type Row = Reply<'listAllReservations'>['reservations'][number];

const isStatus = (text: string): text is Status => (statuses as readonly string[]).includes(text);

export function Reservations() {
  const said = say(words);
  const query = queryOf(place.value);
  const [q = '', concertId = '', given = ''] = ['q', 'concert', 'status'].map((name) => query.get(name) ?? '');
  const status = isStatus(given) ? given : undefined;
  const filter = {
    ...(q === '' ? {} : { q }),
    ...(concertId === '' ? {} : { concertId }),
    ...(status === undefined ? {} : { status }),
  };
  return (
    <>
      <PageHead title={said.title}>{said.text}</PageHead>
      <ReservationFilters q={q} concertId={concertId} status={given} />
      {concertId === '' ? (
        <p class="small quiet">{said.exportText}</p>
      ) : (
        <DownloadButton key={concertId} of="exportReservations" asked={{ params: { concertId } }} />
      )}
      <PagesOf
        asked={JSON.stringify(filter)}
        read={async (cursor, signal) => {
          const asked = { ...filter, ...(cursor === undefined ? {} : { cursor }) };
          const bounds = signal === undefined ? {} : { signal };
          // Both at once, so that neither pushes the other away when it comes.
          const [page, seats] = await Promise.all([
            ask('listAllReservations', { query: asked, ...bounds }),
            q === '' || cursor !== undefined
              ? undefined
              : ask('findSeats', { query: ofSeats(q, concertId), ...bounds }),
          ]);
          return { rows: page.reservations, nextCursor: page.nextCursor, beside: seats };
        }}
      >
        {(rows, seats) => (
          <>
            {seats !== undefined && seats.seats.length > 0 && <SeatsFound found={seats} />}
            <ReservationTable rows={rows} empty={said.empty} />
          </>
        )}
      </PagesOf>
    </>
  );
}

interface Given {
  readonly q: string;
  readonly concertId: string;
  readonly status: string;
}

function ReservationFilters({ q, concertId, status }: Given) {
  const said = say(words);
  const concerts = useConcerts();
  return (
    <Filters
      path={path}
      q={q}
      said={said}
      choices={[
        {
          name: 'concert',
          label: said.concert,
          value: concertId,
          any: said.all,
          options: concerts.map(({ id, title }) => ({ value: id, text: titleIn(title)[0] })),
        },
        {
          name: 'status',
          label: said.status,
          value: status,
          any: said.any,
          options: statuses.map((one) => ({
            value: one,
            text: one === 'CANCELLED' ? said.kinds.CANCELLED : conditionName(one),
          })),
        },
      ]}
    />
  );
}

function ofSeats(q: string, concertId: string) {
  return { q, ...(/^[a-z0-9]{10}$/.test(concertId) ? { concertId } : {}) };
}

function SeatsFound({ found: { seats, more } }: { readonly found: Reply<'findSeats'> }) {
  const said = say(words);
  return (
    <section class="seats-found" aria-label={said.found}>
      <ul>
        {seats.map(({ performanceId, number: seat, label, startsAt, status, concertTitle, calledOff }) => (
          <li key={`${performanceId} ${seat}`}>
            <a href={addressOf('/console/seat', { performance: performanceId, seat: String(seat) })} translate={false}>
              {nameOfLabel(label)}
            </a>
            <ConditionOf key={status} of={calledOff && status === 'AVAILABLE' ? 'CALLED_OFF' : status} />
            <span class="small quiet" translate={false}>
              {titleIn(concertTitle)[0]} · {dateAndTime(startsAt)}
            </span>
          </li>
        ))}
      </ul>
      {more && <p class="small quiet">{said.moreSeats}</p>}
    </section>
  );
}

/** The newest 200; empty until they are there. */
export function useConcerts() {
  const load = useLoad('concerts', (signal) => ask('listLiveConcerts', { query: { limit: 200 }, signal }));
  const state = load.state.value;
  return state.at === 'ready' ? state.data.concerts : [];
}

export function ReservationTable({ rows, empty }: { readonly rows: readonly Row[]; readonly empty: string }) {
  const said = say(words);
  return (
    <Table
      caption={said.title}
      rows={rows}
      keyOf={({ id }) => id}
      empty={empty}
      columns={[
        { key: 'at', title: said.at, cell: ({ createdAt }) => <time dateTime={createdAt}>{moment(createdAt)}</time> },
        {
          key: 'status',
          title: said.status,
          cell: (row) => (
            <>
              <ConditionOf of={conditionOf(row)} />
              {row.heldUntil !== null && <div class="small quiet">{said.until(moment(row.heldUntil).slice(11))}</div>}
            </>
          ),
        },
        { key: 'seats', title: said.seats, cell: (row) => <Seats of={row} /> },
        { key: 'amount', title: said.amount, kind: 'number', cell: (row) => <Amount of={row} /> },
        { key: 'who', title: said.who, cell: ({ userId, userName }) => <UserLink id={userId} name={userName} /> },
        { key: 'id', title: said.id, cell: ({ id }) => <TicketNumber of={id} /> },
      ]}
    />
  );
}

/** What is kept, and what went back. */
function Amount({ of: { amount, cancellations = [] } }: { readonly of: Row }) {
  const refunded = cancellations.reduce((sum, { refund }) => sum + refund, 0);
  return (
    <>
      {money(amount)}
      {cancellations.length > 0 && <div class="small quiet">{say(words).back(money(refunded))}</div>}
    </>
  );
}

/** As the ticket has it, and all of it for whoever asks the API. */
function TicketNumber({ of: id }: { readonly of: string }) {
  return (
    <span class="ticket-number" translate={false}>
      <a href={addressOf('/console/reservation', { id })}>
        <code>{id.slice(-8).toUpperCase()}</code>
      </a>
      <code class="small quiet">{id}</code>
    </span>
  );
}

/** Those that are left, then those that were cancelled, which are said to be so. */
function Seats({ of: { performanceId, seats, cancelledSeats = [] } }: { readonly of: Row }) {
  const said = say(words);
  const linked = ({ number: seat, label }: Row['seats'][number]) => (
    <a
      key={seat}
      href={addressOf('/console/seat', { performance: performanceId, seat: String(seat) })}
      translate={false}
    >
      {nameOfLabel(label)}
    </a>
  );
  return (
    <span class="seat-links">
      {seats.map(linked)}
      {cancelledSeats.map((seat) => (
        <s key={seat.number} class="quiet">
          {linked(seat)}
          <span class="hidden"> {said.cancelled}</span>
        </s>
      ))}
    </span>
  );
}

export interface UserLinkProps {
  readonly id: string;
  readonly name: string | null;
  /** The id only where there is no name. */
  readonly short?: boolean;
}

/** By the name if there is one. */
export function UserLink({ id, name, short = false }: UserLinkProps) {
  return (
    <a class="user-link" href={addressOf('/console/user', { id })}>
      {name !== null && <span>{name}</span>}
      {(name === null || !short) && <code class={name === null ? '' : 'quiet'}>{id}</code>}
    </a>
  );
}
