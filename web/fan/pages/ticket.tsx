/** Hold and pay: the ticket is the page. Until it is paid a countdown runs along its edge; then it is stamped. */
import { useSignal, type Signal } from '@preact/signals';
import { ask, type Reply } from '../../client/client.ts';
import { asProblem, isPassing, type Problem } from '../../client/problem.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { useHeir } from '../../ui/focus.ts';
import { LiveRegion } from '../../ui/live-region.tsx';
import { Loaded, useLoad, useReloadWhenSeen, type Load } from '../../ui/load.tsx';
import { Notice, Refused } from '../../ui/notice.tsx';
import { RollingNumber } from '../../ui/rolling-number.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { money, say } from '../../words/words.ts';
import { askChargeWays } from '../charge-ways.ts';
import { concertOf, type Concert } from '../concerts.ts';
import { newestReservations, OtherHolds, othersHeld } from '../other-holds.tsx';
import { pay } from '../pay.ts';
import { placeEnded } from '../places.ts';
import type { PageProps } from '../routes.ts';
import { Stub, type Reservation } from '../stub.tsx';
import { useTitle } from '../title.ts';
import { TopUp } from '../top-up.tsx';
import './ticket.css';

const words = {
  ko: {
    titles: {
      HELD: '결제하기',
      CONFIRMED: '예매를 마쳤어요',
      EXPIRED: '선점 시간이 끝났어요',
      CANCELLED: '선택을 취소했어요',
    },
    left: '결제까지 남은 시간',
    pay: (amount: string) => `${amount} 결제`,
    paying: '결제하는 중이에요',
    balance: '지갑 잔액',
    after: '결제 후 잔액',
    missing: (amount: string) => `${amount} 더 필요해요. 여기에서 바로 충전할 수 있어요.`,
    cancel: '선택 취소',
    done: '좌석이 확정됐어요. 공연장 입구에서 이 화면을 보여 주세요.',
    my: '내 예매',
    home: '다른 공연 보기',
    over: {
      EXPIRED: '결제되지 않았어요. 이제 다른 분이 선택할 수 있어요.',
      CANCELLED: '결제되지 않았어요. 이제 다른 분이 선택할 수 있어요.',
    },
    again: '좌석 다시 선택하기',
    number: '예매 번호',
    lost: '응답을 받지 못했어요. 다시 눌러도 두 번 결제되지 않아요.',
  },
  en: {
    titles: {
      HELD: 'Pay',
      CONFIRMED: 'These seats are yours',
      EXPIRED: 'Your hold has ended',
      CANCELLED: 'You released these seats',
    },
    left: 'Time left to pay',
    pay: (amount: string) => `Pay ${amount}`,
    paying: 'Paying',
    balance: 'Wallet balance',
    after: 'Balance after paying',
    missing: (amount: string) => `You need ${amount} more. You can top up right here.`,
    cancel: 'Release these seats',
    done: 'Your seats are confirmed. Show this page at the door.',
    my: 'My tickets',
    home: 'See other concerts',
    over: {
      EXPIRED: 'Nothing was paid. Others can choose the seats now.',
      CANCELLED: 'Nothing was paid. Others can choose the seats now.',
    },
    again: 'Choose seats again',
    number: 'Reservation number',
    lost: 'No answer came. Press again: you will not pay twice.',
  },
};

interface Held {
  readonly reservation: Reservation;
  readonly concert: Concert;
  readonly wallet: Reply<'getWallet'>;
  /** What else the fan holds of this concert, and loses by paying for this. */
  readonly others: readonly Reservation[];
}

export function Ticket({ params }: PageProps) {
  const { id = '' } = params;
  const said = say(words);
  const [concertId = ''] = id.split('-');
  const load = useLoad<Held>(id, async (signal) => {
    const [reservation, concert, wallet, newest] = await Promise.all([
      ask('getReservation', { params: { id }, signal }),
      concertOf(concertId),
      ask('getWallet', { signal }),
      newestReservations(signal),
      askChargeWays(),
    ]);
    return { reservation, concert, wallet, others: othersHeld(reservation, newest) };
  });
  // Paid, released or run out meanwhile, in another tab or on another device.
  useReloadWhenSeen(load);
  const state = load.state.value;
  useTitle(state.at === 'ready' ? said.titles[state.data.reservation.status] : '');
  return (
    <div class="ticket">
      <Loaded of={load} concertId={concertId} skeleton={<TicketSkeleton />}>
        {(held) => <Shown held={held} load={load} />}
      </Loaded>
    </div>
  );
}

function Shown({ held, load }: { held: Held; load: Load<Held> }) {
  const said = say(words);
  const fresh = useSignal(false);
  const { reservation, concert } = held;
  const { status, heldUntil } = reservation;
  const heading = useHeir<HTMLHeadingElement>(status);
  const end =
    status === 'HELD' && heldUntil !== null ? (
      <>
        <span class="label">{said.left}</span>
        <Countdown until={heldUntil} onEnd={() => load.reload()} />
      </>
    ) : (
      <>
        <span class="label">{said.number}</span>
        <code class="number">{reservation.id.split('-')[1]?.slice(-8).toUpperCase()}</code>
      </>
    );
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {said.titles[status]}
      </h1>
      <Stub reservation={reservation} concert={concert} end={end} fresh={fresh.value} />
      {status === 'HELD' && <Pay held={held} load={load} fresh={fresh} />}
      {status === 'CONFIRMED' && (
        <div class="stack next" role="status">
          <p>{said.done}</p>
          <div class="row">
            <ButtonLink href="/my">{said.my}</ButtonLink>
            <ButtonLink href="/" kind="plain">
              {said.home}
            </ButtonLink>
          </div>
        </div>
      )}
      {(status === 'EXPIRED' || status === 'CANCELLED') && (
        <div class="stack next" role="status">
          <p>{said.over[status]}</p>
          <div class="row">
            <ButtonLink href={`/concerts/${reservation.concertId}/dates`}>{said.again}</ButtonLink>
            <ButtonLink href="/" kind="plain">
              {said.home}
            </ButtonLink>
          </div>
        </div>
      )}
    </>
  );
}

interface PayProps {
  readonly held: Held;
  readonly load: Load<Held>;
  readonly fresh: Signal<boolean>;
}

/** The ticket is not what this page shows any more: paid in another tab, run out, or the wallet has changed. */
const changes_the_ticket: ReadonlySet<Problem['code']> = new Set([
  'HOLD_EXPIRED',
  'ALREADY_PAID',
  'INSUFFICIENT_BALANCE',
  'ADMISSION_EXPIRED',
] as const);

/** Paying and releasing, and what came of it. */
function usePaying({ held, load, fresh }: PayProps) {
  const { reservation, wallet } = held;
  const { id } = reservation;
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const press = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    problem.value = undefined;
    try {
      const { balance } = await pay(reservation);
      fresh.value = true;
      placeEnded(reservation.concertId);
      load.set({
        ...held,
        reservation: { ...reservation, status: 'CONFIRMED', heldUntil: null },
        wallet: { ...wallet, balance },
      });
      scrollTo({ top: 0, behavior: 'smooth' });
    } catch (error) {
      const found = asProblem(error);
      problem.value = found;
      if (changes_the_ticket.has(found.code)) load.reload();
    }
    busy.value = false;
  };
  const release = async (): Promise<void> => {
    problem.value = undefined;
    try {
      await ask('cancelReservation', { params: { id } });
      load.reload();
    } catch (error) {
      const found = asProblem(error);
      problem.value = found;
      if (changes_the_ticket.has(found.code)) load.reload();
    }
  };
  return { busy, problem, press, release };
}

function Pay(props: PayProps) {
  const said = say(words);
  const { held, load } = props;
  const { reservation, wallet } = held;
  const { busy, problem, press, release } = usePaying(props);
  const missing = reservation.amount - wallet.balance;
  const told = useSignal('');
  // Not the button itself: whoever pressed Enter to charge has not decided yet to pay.
  const panel = useHeir<HTMLDivElement>(missing > 0, told.value !== '');
  return (
    <div class="pay" ref={panel} tabIndex={-1} role="group" aria-label={said.titles.HELD}>
      <dl class="sums">
        <div>
          <dt>{said.balance}</dt>
          <dd>
            <RollingNumber value={wallet.balance} format={money} />
          </dd>
        </div>
        {missing <= 0 && (
          <div>
            <dt>{said.after}</dt>
            <dd>{money(wallet.balance - reservation.amount)}</dd>
          </div>
        )}
      </dl>
      {problem.value !== undefined && <Refused problem={problem.value} concertId={reservation.concertId} />}
      {problem.value !== undefined && isPassing(problem.value) && <p class="small">{said.lost}</p>}
      <OtherHolds others={held.others} />
      {missing > 0 ? (
        <Notice kind="calm" title={said.missing(money(missing))}>
          <TopUp
            balance={wallet.balance}
            missing={missing}
            reservationId={reservation.id}
            told={told}
            onBack={() => load.reload()}
            onCharged={(balance) => load.set({ ...held, wallet: { ...wallet, balance } })}
          />
        </Notice>
      ) : (
        <Button key="pay" size="wide" busy={busy.value} onPress={() => void press()}>
          {busy.value ? said.paying : said.pay(money(reservation.amount))}
        </Button>
      )}
      <Button key="release" kind="plain" size="small" disabled={busy.value} onPress={() => void release()}>
        {said.cancel}
      </Button>
      <LiveRegion text={told.value} />
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
