/** The story of one seat: who had it and until when, who owns it, who wanted it in vain and lost it to whom. */
import { ask, type Reply } from '../../client/client.ts';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { reasonWords } from '../../words/cancellation-reasons.ts';
import { begun, nameOfLabel } from '../../words/seat-name.ts';
import { language, money, number, say } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Panel } from '../parts/panel.tsx';
import { Stat } from '../parts/stat.tsx';
import { Table } from '../parts/table.tsx';
import { place } from '../router.ts';
import { exactly, lasted } from './moments.ts';
import { addressOf, queryOf } from './query.ts';
import { UserLink } from './reservations.tsx';
import { SeatPicker } from './seat-picker.tsx';
import { seatWords } from './seat-words.ts';
import { ConditionOf } from './states.tsx';
import './desk.css';

type Story = Reply<'getSeatStory'>;
type Hold = Story['holds'][number];

export function Seat() {
  const said = say(seatWords);
  const query = queryOf(place.value);
  const performanceId = query.get('performance') ?? '';
  const seat = query.get('seat') ?? '';
  const isNamed = /^[a-z0-9]{10}-\d{1,4}$/.test(performanceId) && /^[1-9]\d{0,5}$/.test(seat);
  return (
    <>
      <PageHead title={said.title}>{said.text}</PageHead>
      <SeatPicker performanceId={performanceId} seat={seat} />
      {isNamed ? (
        <StoryOf key={`${performanceId} ${seat}`} performanceId={performanceId} seat={seat} />
      ) : (
        <p class="empty">{said.start}</p>
      )}
    </>
  );
}

function StoryOf({ performanceId, seat }: { readonly performanceId: string; readonly seat: string }) {
  const load = useLoad(`${performanceId} ${seat}`, (signal) =>
    ask('getSeatStory', { params: { performanceId, number: seat }, signal }),
  );
  const state = load.state.value;
  if (state.at === 'failed' && state.problem.code === 'NOT_FOUND') return <p class="empty">{say(seatWords).noSuch}</p>;
  return (
    <Loaded of={load} skeleton={<Skeleton height="20rem" />}>
      {(story) => (
        <div class="stack story">
          <Now story={story} />
          <Holds story={story} />
          <Losers story={story} />
        </div>
      )}
    </Loaded>
  );
}

function Now({ story: { seat, calledOff, holds, refused } }: { readonly story: Story }) {
  const said = say(seatWords);
  const isOff = calledOff && seat.status === 'AVAILABLE';
  const owner = holds.find(({ status }) => status === 'CONFIRMED') ?? holds.find(({ status }) => status === 'HELD');
  return (
    <Panel
      title={begun(nameOfLabel(language.value, seat.label))}
      aside={`${seat.label} · ${seat.grade} · ${money(seat.price)} · ${said.nth(number(seat.number))}`}
    >
      <dl class="stats">
        <div class="stat">
          <dt>{said.now}</dt>
          <dd>
            <strong>
              <ConditionOf of={isOff ? 'CALLED_OFF' : seat.status} />
            </strong>
          </dd>
        </div>
        <div class="stat">
          <dt>{seat.status === 'RESERVED' ? said.owner : said.holder}</dt>
          <dd>
            {owner === undefined || seat.status === 'AVAILABLE' ? (
              <strong>–</strong>
            ) : (
              <UserLink id={owner.userId} name={owner.name} />
            )}
          </dd>
        </div>
        <Stat label={said.holdsCount} value={number(holds.length)} />
        <Stat label={said.losersCount} value={number(refused.total)} />
      </dl>
    </Panel>
  );
}

function Holds({ story: { holds, moreHolds } }: { readonly story: Story }) {
  const said = say(seatWords);
  return (
    <Panel title={said.holds} aside={moreHolds ? said.moreHolds : said.newest}>
      {holds.length === 0 ? (
        <p class="empty">{said.noHold}</p>
      ) : (
        <ol class="holds">
          {holds.map((hold, index) => (
            <li key={hold.reservationId} id={`hold-${hold.reservationId}`} data-condition={hold.status}>
              <div class="when">
                <time dateTime={hold.from}>{exactly(hold.from)}</time>
                <span class="small quiet">{endOf(hold, said)}</span>
                {hold.cancellation !== null && (
                  <GivenUp of={hold.cancellation} soldAgain={holds.slice(0, index).some(isPaid)} />
                )}
              </div>
              <div>
                <UserLink id={hold.userId} name={hold.name} />
                <a class="small quiet" href={addressOf('/console/reservation', { id: hold.reservationId })}>
                  <code>{hold.reservationId}</code>
                </a>
              </div>
              <ConditionOf of={hold.cancellation === null ? hold.status : 'GIVEN_BACK'} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

const isPaid = ({ paidAt }: Hold): boolean => paidAt !== null;

interface GivenUpProps {
  readonly of: NonNullable<Hold['cancellation']>;
  /** Somebody has paid for it since. */
  readonly soldAgain: boolean;
}

/** How a paid seat was given back: when, why, by whom, and what it came to. */
function GivenUp({ of: { at, reason, refund, fee, by }, soldAgain }: GivenUpProps) {
  const said = say(seatWords);
  return (
    <span class="small">
      <time dateTime={at}>{said.cancelledAt(exactly(at))}</time> · {say(reasonWords)[reason]}
      {by !== null && ` · ${said.by(by.email ?? by.name ?? by.id)}`}
      <br />
      <span translate={false}>{said.cameTo(money(refund), money(fee))}</span>
      {soldAgain && ` · ${said.soldAgain}`}
    </span>
  );
}

function endOf({ status, from, until, paidAt }: Hold, said: (typeof seatWords)['ko']): string {
  if (paidAt !== null) return said.paidAfter(exactly(paidAt).slice(11), lasted(from, paidAt));
  if (until === null) return said.unknownEnd;
  const clock = exactly(until).slice(11);
  return status === 'HELD' ? said.heldUntil(clock) : said.endedAt(clock, lasted(from, until));
}

function Losers({ story: { refused, holds } }: { readonly story: Story }) {
  const said = say(seatWords);
  const hidden = refused.total - refused.attempts.length;
  return (
    <Panel title={said.losers} aside={hidden > 0 ? said.notKept(number(hidden)) : undefined}>
      <Table
        caption={said.losers}
        rows={refused.attempts}
        keyOf={({ userId, at }) => `${at} ${userId}`}
        empty={said.noLoser}
        columns={[
          { key: 'at', title: said.at, cell: ({ at }) => <time dateTime={at}>{exactly(at)}</time> },
          { key: 'who', title: said.who, cell: ({ userId, name }) => <UserLink id={userId} name={name} /> },
          { key: 'why', title: said.inTheWay, cell: ({ status }) => <ConditionOf of={status} /> },
          {
            key: 'to',
            title: said.lostTo,
            cell: ({ lostTo }) => {
              const winner = holds.find(({ reservationId }) => reservationId === lostTo);
              return winner === undefined ? '–' : <UserLink id={winner.userId} name={winner.name} short />;
            },
          },
        ]}
      />
      <p class="small quiet">{said.bestEffort}</p>
    </Panel>
  );
}
