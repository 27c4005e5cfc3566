/**
 * Hold and pay: the ticket is the page. Until it is paid a countdown runs along its edge; then it is stamped. Afterwards it
 * tells what became of it: seats that were cancelled, a date that was moved or called off.
 */
import { useSignal } from '@preact/signals';
import { ask } from '../../client/client.ts';
import { secondsUntil } from '../../client/clock.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { useHeir } from '../../ui/focus.ts';
import { Loaded, useLoad, useReloadWhenSeen, type Load } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { language, say } from '../../words/words.ts';
import { useAskingAgain } from '../asking.ts';
import { GivenBack } from '../cancelling/given-back.tsx';
import { askChargeWays } from '../charge-ways.ts';
import { concertChanged, concertOf, dateIn, type ConcertDate } from '../concerts.ts';
import { DateNews } from '../date-news.tsx';
import { newestReservations, othersHeld } from '../other-holds.tsx';
import { Pay, type Held } from '../paying.tsx';
import type { PageProps } from '../routes.ts';
import { RulesToOpen } from '../refund-rules.tsx';
import { cancellationsOf, cancelledSeatsOf, isCalledOff, isGivenBack, type Reservation } from '../reservation.ts';
import { Stub } from '../stub.tsx';
import { useTitle } from '../title.ts';
import { askWithdrawals, type Withdrawal } from '../wallet/withdrawals.tsx';
import './ticket.css';

const words = {
  ko: {
    titles: {
      HELD: '결제하기',
      CONFIRMED: '예매를 마쳤어요',
      EXPIRED: '선점 시간이 끝났어요',
      CANCELLED: '선택을 취소했어요',
      GIVEN_BACK: '예매가 취소됐어요',
      CALLED_OFF: '공연이 취소됐어요',
    },
    left: '결제까지 남은 시간',
    done: '좌석이 확정됐어요. 공연장 입구에서 이 화면을 보여 주세요.',
    doneSome: '남은 좌석은 그대로예요. 공연장 입구에서 이 화면을 보여 주세요.',
    my: '내 예매',
    home: '다른 공연 보기',
    over: '결제되지 않았어요. 이제 다른 분이 선택할 수 있어요.',
    again: '좌석 다시 선택하기',
    number: '예매 번호',
    cancel: '예매 취소',
    cancelFree: '수수료 없이 취소하기',
  },
  en: {
    titles: {
      HELD: 'Pay',
      CONFIRMED: 'These seats are yours',
      EXPIRED: 'Your hold has ended',
      CANCELLED: 'You released these seats',
      GIVEN_BACK: 'These tickets are cancelled',
      CALLED_OFF: 'The show was called off',
    },
    left: 'Time left to pay',
    done: 'Your seats are confirmed. Show this page at the door.',
    doneSome: 'The seats that are left are yours. Show this page at the door.',
    my: 'My tickets',
    home: 'See other concerts',
    over: 'Nothing was paid. Others can choose the seats now.',
    again: 'Choose seats again',
    number: 'Reservation number',
    cancel: 'Cancel tickets',
    cancelFree: 'Cancel without a fee',
  },
};

interface Known extends Held {
  /** Of what was sent on after a cancellation. */
  readonly withdrawals: readonly Withdrawal[];
}

const withdrawals_shown_max = 200;

/** Only where one has something to do with it; how they stand is told as far as it is known. */
async function withdrawalsOf(reservation: Reservation, signal: AbortSignal): Promise<readonly Withdrawal[]> {
  if (cancellationsOf(reservation).every(({ withdrawalId }) => withdrawalId === null)) return [];
  const found = await askWithdrawals({ limit: withdrawals_shown_max }, signal).catch(() => undefined);
  return found?.withdrawals ?? [];
}

export function Ticket({ params }: PageProps) {
  const { id = '' } = params;
  const said = say(words);
  const [concertId = ''] = id.split('-');
  // Why a date was called off stands in the reader's language.
  const load = useLoad<Known>(`${id} ${language.value}`, async (signal) => {
    const [reservation, wallet, newest] = await Promise.all([
      ask('getReservation', { params: { id }, signal }),
      ask('getWallet', { signal }),
      newestReservations(signal),
      askChargeWays(),
    ]);
    // Whoever's seats are gone may have lost them to news of the date.
    if (reservation.status === 'CANCELLED') concertChanged(concertId);
    const [concert, withdrawals] = await Promise.all([concertOf(concertId), withdrawalsOf(reservation, signal)]);
    return { reservation, concert, wallet, others: othersHeld(reservation, newest), withdrawals };
  });
  // Paid, released or run out meanwhile, in another tab or on another device.
  useReloadWhenSeen(load);
  const state = load.state.value;
  useTitle(state.at === 'ready' ? said.titles[standingOf(state.data)] : '');
  return (
    <div class="ticket">
      <Loaded of={load} concertId={concertId} skeleton={<TicketSkeleton />}>
        {(known) => <Shown known={known} load={load} />}
      </Loaded>
    </div>
  );
}

type Standing = keyof (typeof words)['ko']['titles'];

/** A hold that was released was never paid for; what was paid for and is gone was given back. */
function standingOf({ reservation, concert }: Known): Standing {
  const { status, performanceId } = reservation;
  if (status === 'EXPIRED' || status === 'HELD') return status;
  if (isCalledOff(reservation) || dateIn(concert, performanceId)?.status === 'CANCELLED') return 'CALLED_OFF';
  return isGivenBack(reservation) ? 'GIVEN_BACK' : status;
}

/** Somebody else has the next word: whoever refunds a date that was called off, or a gateway. */
function isUnderWay({ reservation, withdrawals }: Known, standing: Standing): boolean {
  const own = new Set(cancellationsOf(reservation).map(({ withdrawalId }) => withdrawalId));
  return (
    (standing === 'CALLED_OFF' && reservation.status === 'CONFIRMED') ||
    withdrawals.some((one) => own.has(one.id) && one.status === 'PENDING')
  );
}

function Shown({ known, load }: { known: Known; load: Load<Known> }) {
  const said = say(words);
  const fresh = useSignal(false);
  const { reservation, concert, withdrawals } = known;
  const { id, status, performanceId } = reservation;
  const standing = standingOf(known);
  const date = dateIn(concert, performanceId);
  const heading = useHeir<HTMLHeadingElement>(standing);
  useAskingAgain(`${id} ${standing}`, isUnderWay(known, standing), async () => load.reload());
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {said.titles[standing]}
      </h1>
      <DateNews
        date={date}
        reservation={reservation}
        actions={
          standing === 'CONFIRMED' && (
            <ButtonLink href={`/reservations/${id}/cancellation`} kind="plain" size="small">
              {said.cancelFree}
            </ButtonLink>
          )
        }
      />
      <Stub reservation={reservation} concert={concert} end={<End known={known} load={load} />} fresh={fresh.value} />
      {status === 'HELD' && <RulesToOpen key="rules" rules={concert.refundRules} />}
      {status === 'HELD' && (
        <Pay held={known} fresh={fresh} reload={() => load.reload()} set={(held) => load.set({ ...known, ...held })} />
      )}
      <GivenBack reservation={reservation} withdrawals={withdrawals} />
      {status !== 'HELD' && <Next reservation={reservation} standing={standing} date={date} />}
    </>
  );
}

/** What stands on the end of the stub. */
function End({ known: { reservation }, load }: { readonly known: Known; readonly load: Load<Known> }) {
  const said = say(words);
  const { id, status, heldUntil } = reservation;
  if (status === 'HELD' && heldUntil !== null) {
    return (
      <>
        <span class="label">{said.left}</span>
        <Countdown until={heldUntil} onEnd={() => load.reload()} />
      </>
    );
  }
  return (
    <>
      <span class="label">{said.number}</span>
      <code class="number">{id.split('-')[1]?.slice(-8).toUpperCase()}</code>
    </>
  );
}

interface NextProps {
  readonly reservation: Reservation;
  readonly standing: Standing;
  readonly date: ConcertDate | undefined;
}

/** What it means, and where to go from here. */
function Next({ reservation, standing, date }: NextProps) {
  const said = say(words);
  const { id, concertId } = reservation;
  const home = (
    <ButtonLink href="/" kind="plain">
      {said.home}
    </ButtonLink>
  );
  if (standing === 'CONFIRMED') {
    return (
      <div class="stack next" role="status">
        <p>{cancelledSeatsOf(reservation).length > 0 ? said.doneSome : said.done}</p>
        <div class="row">
          <ButtonLink href="/my">{said.my}</ButtonLink>
          {home}
          {date !== undefined && secondsUntil(date.startsAt) > 0 && (
            <ButtonLink href={`/reservations/${id}/cancellation`} kind="plain">
              {said.cancel}
            </ButtonLink>
          )}
        </div>
      </div>
    );
  }
  if (standing === 'GIVEN_BACK' || standing === 'CALLED_OFF') {
    return (
      <div class="row">
        <ButtonLink href="/my">{said.my}</ButtonLink>
        {home}
      </div>
    );
  }
  return (
    <div class="stack next" role="status">
      <p>{said.over}</p>
      <div class="row">
        <ButtonLink href={`/concerts/${concertId}/dates`}>{said.again}</ButtonLink>
        {home}
      </div>
    </div>
  );
}

function TicketSkeleton() {
  return (
    <div class="stack wide">
      <Skeleton width="40%" height="3rem" />
      <Skeleton height="18rem" />
      <Skeleton height="8rem" />
    </div>
  );
}
