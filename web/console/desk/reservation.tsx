/** One reservation: what is kept of it, what was given back, why and by whom; and cancelling for its fan. */
import { ask, type Reply } from '../../client/client.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Loaded, useLoad, type Load } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { reasonWords } from '../../words/cancellation-reasons.ts';
import { dateAndTime, money, nameOfLabel, number, say, titleIn } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Panel } from '../parts/panel.tsx';
import { Stat } from '../parts/stat.tsx';
import { place } from '../router.ts';
import { CancelForFan } from './cancel-for-fan.tsx';
import { moment } from './moments.ts';
import { addressOf, queryOf } from './query.ts';
import { reservationWords } from './reservation-words.ts';
import { UserLink } from './reservations.tsx';
import { ConditionOf, conditionOf } from './states.tsx';
import '../refunds/refunds.css';
import './desk.css';

export interface OneReservation {
  readonly row: Reply<'listAllReservations'>['reservations'][number];
  readonly concert: Reply<'getConcert'>;
  /** Undefined where it could not be had. */
  readonly settings: Reply<'getConcertSettings'> | undefined;
}

export function Reservation() {
  const said = say(reservationWords);
  const id = queryOf(place.value).get('id') ?? '';
  const load = useLoad(id, (signal) => read(id, signal));
  return (
    <Loaded of={load} skeleton={<Skeleton height="24rem" />}>
      {(found) =>
        found === undefined ? (
          <>
            <PageHead title={said.title} />
            <p class="empty">
              {said.nobody} <a href="/console/reservations">{said.all}</a>
            </p>
          </>
        ) : (
          <Shown key={found.row.id} of={found} load={load} />
        )
      }
    </Loaded>
  );
}

async function read(id: string, signal: AbortSignal): Promise<OneReservation | undefined> {
  if (id === '') return undefined;
  const { reservations } = await ask('listAllReservations', { query: { q: id }, signal });
  const row = reservations.find((one) => one.id === id);
  if (row === undefined) return undefined;
  const params = { concertId: row.concertId };
  const [concert, settings] = await Promise.all([
    ask('getConcert', { params, signal }),
    ask('getConcertSettings', { params, signal }).catch(() => undefined),
  ]);
  return { row, concert, settings };
}

interface ShownProps {
  readonly of: OneReservation;
  readonly load: Load<OneReservation | undefined>;
}

function Shown({ of, load }: ShownProps) {
  const said = say(reservationWords);
  const { row, concert } = of;
  const date = concert.performances.find(({ id }) => id === row.performanceId);
  return (
    <>
      <PageHead
        title={`${said.title} ${row.id.slice(-8).toUpperCase()}`}
        actions={
          <ButtonLink kind="plain" size="small" href="/console/reservations">
            {said.all}
          </ButtonLink>
        }
      >
        <code>{row.id}</code> · {titleIn(concert.title)[0]}
        {date !== undefined && (
          <>
            {' · '}
            <a href={`/console/dates/${date.id}`}>{dateAndTime(date.startsAt)}</a>
            {date.status === 'CANCELLED' && (
              <>
                {' '}
                <ConditionOf of="CALLED_OFF" />
              </>
            )}
          </>
        )}
      </PageHead>
      <Facts of={of} />
      {row.cancellations !== undefined && row.cancellations.length > 0 && (
        <Cancellations of={of} past={row.cancellations} />
      )}
      <CancelForFan of={of} load={load} />
    </>
  );
}

function Facts({ of: { row } }: { readonly of: OneReservation }) {
  const said = say(reservationWords);
  const { cancelledSeats = [], cancellations = [] } = row;
  return (
    <Panel title={said.facts}>
      <div class="stack">
        <dl class="stats">
          <div class="stat">
            <dt>{said.state}</dt>
            <dd>
              <strong>
                <ConditionOf of={conditionOf(row)} />
              </strong>
            </dd>
          </div>
          <div class="stat">
            <dt>{said.fan}</dt>
            <dd>
              <UserLink id={row.userId} name={row.userName} />
            </dd>
          </div>
          {row.paid !== undefined && <Stat label={said.paid} value={money(row.paid)} />}
          <Stat label={said.kept} value={number(row.seats.length)} of={money(row.amount)} />
          {cancelledSeats.length > 0 && (
            <Stat
              label={said.cancelled}
              value={number(cancelledSeats.length)}
              of={`${said.refund} ${money(cancellations.reduce((sum, { refund }) => sum + refund, 0))}`}
            />
          )}
        </dl>
        <p class="seat-links">
          {row.seats.map(({ number: seat, label, price }) => (
            <span key={seat} translate={false}>
              <SeatLink performanceId={row.performanceId} seat={seat} label={label} />{' '}
              <span class="quiet small">{money(price)}</span>
            </span>
          ))}
          {row.seats.length === 0 && <span class="quiet">{said.noKept}</span>}
        </p>
        <p class="small quiet">
          {said.made} {moment(row.createdAt)}
          {row.paidAt !== undefined && ` · ${said.paidAt} ${moment(row.paidAt)}`}
        </p>
      </div>
    </Panel>
  );
}

interface SeatLinkProps {
  readonly performanceId: string;
  readonly seat: number;
  readonly label: string;
}

function SeatLink({ performanceId, seat, label }: SeatLinkProps) {
  return (
    <a href={addressOf('/console/seat', { performance: performanceId, seat: String(seat) })}>{nameOfLabel(label)}</a>
  );
}

type Cancellation = NonNullable<OneReservation['row']['cancellations']>[number];

interface CancellationsProps {
  readonly of: OneReservation;
  readonly past: readonly Cancellation[];
}

/** Each seat with what it cost and what came back; the sums of all of them are those of the facts. */
function Cancellations({ of: { row }, past: all }: CancellationsProps) {
  const said = say(reservationWords);
  const labels = new Map(row.cancelledSeats?.map(({ number: seat, label }) => [seat, label]));
  return (
    <Panel title={said.history}>
      <ol class="given-back">
        {all.map((past) => (
          <li key={past.id}>
            <div>
              <time dateTime={past.at}>{moment(past.at)}</time> · <strong>{say(reasonWords)[past.reason]}</strong> ·{' '}
              <span class="quiet">{whoOf(past)}</span>
            </div>
            {past.seats.map(({ number: seat, price, fee, refund }) => (
              <div key={seat} translate={false}>
                <SeatLink performanceId={row.performanceId} seat={seat} label={labels.get(seat) ?? String(seat)} />
                {` · ${said.price} ${money(price)} · ${said.fee} ${money(fee)} · ${said.refund} ${money(refund)}`}
              </div>
            ))}
            <div class="small quiet" translate={false}>
              {`${said.refund} ${money(past.refund)} · ${said.fee} ${money(past.fee)}`}
              {past.compensation > 0 && ` · ${said.compensation(money(past.compensation))}`}
              {past.withdrawalId !== null && ` · ${said.sentOn}`}
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function whoOf({ by, reason }: Cancellation): string {
  const said = say(reservationWords);
  if (by !== null) return said.by(by.email ?? by.name ?? by.id);
  return reason === 'called_off' ? said.bySystem : said.byFan;
}
