/** Cancelling what was paid for: all seats or some, what comes back before and after, and where it is then. */
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Problem } from '../../client/problem.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { useHeir } from '../../ui/focus.ts';
import { Loaded, useLoad, useReloadWhenSeen, type Load } from '../../ui/load.tsx';
import { Refused } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { begun } from '../../words/seat-name.ts';
import { language, say, titleIn } from '../../words/words.ts';
import { useAskingAgain } from '../asking.ts';
import { Choose } from '../cancelling/choose.tsx';
import { CancellationTold, namesOfSeats, priceOf } from '../cancelling/given-back.tsx';
import { askCancelling, cancellationOf, type Cancelling } from '../cancelling/known.ts';
import { useCancelling, type Press } from '../cancelling/press.ts';
import { dateIn, startsAtOf } from '../concerts.ts';
import { DateNews } from '../date-news.tsx';
import type { Cancellation } from '../reservation.ts';
import type { PageProps } from '../routes.ts';
import { useTitle } from '../title.ts';
import { When } from '../when.tsx';
import './cancel.css';

const words = {
  ko: {
    title: '예매 취소',
    done: '취소했어요',
    seats: '취소한 좌석',
    kept: (count: number) => `남은 ${count}석은 그대로예요. 티켓에서 확인할 수 있어요.`,
    ticket: '티켓 보기',
    my: '내 예매',
    concert: '공연 정보',
  },
  en: {
    title: 'Cancel your tickets',
    done: 'Cancelled',
    seats: 'Seats that you cancelled',
    kept: (count: number) =>
      count === 1
        ? 'Your other seat is still yours. See the ticket.'
        : `Your other ${count} seats are still yours. See the ticket.`,
    ticket: 'See the ticket',
    my: 'My tickets',
    concert: 'About the concert',
  },
};

export function Cancel({ params }: PageProps) {
  const { id = '' } = params;
  const said = say(words);
  // The rule is a sentence in the reader's language.
  const load = useLoad<Cancelling>(`${id} ${language.value}`, (signal) => askCancelling(id, signal));
  const pressing = useCancelling(load);
  const state = load.state.value;
  useReloadWhenSeen(load);
  useReloadWhenOnline(load);
  const done =
    state.at === 'ready' ? cancellationOf(state.data.reservation, pressing.wished.value?.seatNumbers ?? []) : undefined;
  const title = done === undefined ? said.title : said.done;
  useTitle(title);
  const heading = useHeir<HTMLHeadingElement>(title);
  return (
    <div class="cancel">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <Loaded of={load} skeleton={<CancelSkeleton />}>
        {(known) =>
          done === undefined ? (
            <Before known={known} pressing={pressing} />
          ) : (
            <Done known={known} done={done} load={load} />
          )
        }
      </Loaded>
    </div>
  );
}

/** Asks again when the line is back: what was tried may have happened. */
function useReloadWhenOnline(load: Load<unknown>): void {
  useEffect(() => {
    addEventListener('online', load.reload);
    return () => removeEventListener('online', load.reload);
  }, [load]);
}

function Before({ known, pressing }: { readonly known: Cancelling; readonly pressing: Press }) {
  const { quote, refused, reservation, concert } = known;
  const chosen = useSignal<ReadonlySet<number>>(new Set());
  const { performanceId } = reservation;
  return (
    <>
      <header class="about">
        <h2>{titleIn(concert.title)[0]}</h2>
        <p>
          <When at={startsAtOf(concert, performanceId)} /> <span class="quiet">· {concert.venue}</span>
        </p>
      </header>
      <DateNews date={dateIn(concert, performanceId)} reservation={reservation} />
      {quote === undefined ? (
        <NotNow id={reservation.id} concertId={reservation.concertId} refused={refused} />
      ) : (
        <Choose known={{ ...known, quote }} pressing={pressing} chosen={chosen} />
      )}
    </>
  );
}

interface NotNowProps {
  readonly id: string;
  readonly concertId: string;
  readonly refused: Problem | undefined;
}

/** Why not, and what to do. */
function NotNow({ id, concertId, refused }: NotNowProps) {
  const said = say(words);
  if (refused === undefined) return undefined;
  return (
    <>
      <Refused problem={refused} />
      <div class="row">
        <ButtonLink href={`/reservations/${id}`}>{said.ticket}</ButtonLink>
        <ButtonLink href={`/concerts/${concertId}`} kind="plain">
          {said.concert}
        </ButtonLink>
      </div>
    </>
  );
}

interface DoneProps {
  readonly known: Cancelling;
  readonly done: Cancellation;
  readonly load: Load<Cancelling>;
}

function Done({ known, done, load }: DoneProps) {
  const said = say(words);
  const { reservation, withdrawals } = known;
  const { id, seats } = reservation;
  const isOnItsWay = withdrawals.some((one) => one.id === done.withdrawalId && one.status === 'PENDING');
  useAskingAgain(done.id, isOnItsWay, async () => load.reload());
  return (
    <>
      <div class="cancelled" role="status">
        <p>
          <span class="small quiet">{said.seats}</span>{' '}
          <b translate={false}>{begun(namesOfSeats(reservation, done))}</b>
        </p>
        <CancellationTold cancellation={done} withdrawals={withdrawals} price={priceOf(reservation, done)} />
        {seats.length > 0 && <p>{said.kept(seats.length)}</p>}
      </div>
      <div class="row">
        <ButtonLink href={`/reservations/${id}`}>{said.ticket}</ButtonLink>
        <ButtonLink href="/my" kind="plain">
          {said.my}
        </ButtonLink>
      </div>
    </>
  );
}

function CancelSkeleton() {
  return (
    <div class="stack wide">
      <Skeleton width="60%" height="1.6rem" />
      <Skeleton height="9rem" />
      <Skeleton height="8rem" />
      <Skeleton height="4rem" />
    </div>
  );
}
