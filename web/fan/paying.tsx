/** Paying for a hold, or letting go of it: what is in the wallet, what else goes with it, the button. */
import { useEffect } from 'preact/hooks';
import { useSignal, type Signal } from '@preact/signals';
import { ask, type Reply } from '../client/client.ts';
import { asProblem, isPassing, type Problem } from '../client/problem.ts';
import { Button } from '../ui/button.tsx';
import { fetchFontFor } from '../ui/font-ahead.ts';
import { useHeir } from '../ui/focus.ts';
import { LiveRegion } from '../ui/live-region.tsx';
import { Notice, Refused } from '../ui/notice.tsx';
import { RollingNumber } from '../ui/rolling-number.tsx';
import { money, say } from '../words/words.ts';
import type { Concert } from './concerts.ts';
import { OtherHolds } from './other-holds.tsx';
import { pay } from './pay.ts';
import { placeEnded } from './places.ts';
import type { Reservation } from './reservation.ts';
import { TopUp } from './top-up.tsx';

const words = {
  ko: {
    title: '결제하기',
    pay: (amount: string) => `${amount} 결제`,
    paying: '결제하는 중이에요',
    balance: '지갑 잔액',
    after: '결제 후 잔액',
    missing: (amount: string) => `${amount} 더 필요해요. 여기에서 바로 충전할 수 있어요.`,
    cancel: '선택 취소',
    lost: '응답을 받지 못했어요. 다시 눌러도 두 번 결제되지 않아요.',
  },
  en: {
    title: 'Pay',
    pay: (amount: string) => `Pay ${amount}`,
    paying: 'Paying',
    balance: 'Wallet balance',
    after: 'Balance after paying',
    missing: (amount: string) => `You need ${amount} more. You can top up right here.`,
    cancel: 'Release these seats',
    lost: 'No answer came. Press again: you will not pay twice.',
  },
};

export interface Held {
  readonly reservation: Reservation;
  readonly concert: Concert;
  readonly wallet: Reply<'getWallet'>;
  /** What else the fan holds of this concert, and loses by paying for this. */
  readonly others: readonly Reservation[];
}

export interface PayProps {
  readonly held: Held;
  /** It was paid just now. */
  readonly fresh: Signal<boolean>;
  readonly reload: () => void;
  /** Shows this instead. */
  readonly set: (held: Held) => void;
}

/** The ticket is not what this page shows any more: paid in another tab, run out, or the wallet has changed. */
const changes_the_ticket: ReadonlySet<Problem['code']> = new Set([
  'HOLD_EXPIRED',
  'ALREADY_PAID',
  'INSUFFICIENT_BALANCE',
  'ADMISSION_EXPIRED',
] as const);

/** Paying and releasing, and what came of it. */
function usePaying({ held, fresh, reload, set }: PayProps) {
  const { reservation, wallet } = held;
  const { id } = reservation;
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const failed = (error: unknown): void => {
    const found = asProblem(error);
    problem.value = found;
    if (changes_the_ticket.has(found.code)) reload();
  };
  const press = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    problem.value = undefined;
    try {
      const { balance, amount: paid, paidAt } = await pay(reservation);
      fresh.value = true;
      placeEnded(reservation.concertId);
      set({
        ...held,
        reservation: { ...reservation, status: 'CONFIRMED', heldUntil: null, paid, paidAt },
        wallet: { ...wallet, balance },
      });
      scrollTo({ top: 0, behavior: 'smooth' });
    } catch (error) {
      failed(error);
    }
    busy.value = false;
  };
  const release = async (): Promise<void> => {
    problem.value = undefined;
    try {
      await ask('cancelReservation', { params: { id } });
      reload();
    } catch (error) {
      failed(error);
    }
  };
  return { busy, problem, press, release };
}

export function Pay(props: PayProps) {
  const said = say(words);
  const { held, set, reload } = props;
  const { reservation, wallet } = held;
  // Said when there is no line any more to fetch it by.
  useEffect(() => fetchFontFor(said.lost), [said]);
  const { busy, problem, press, release } = usePaying(props);
  const missing = reservation.amount - wallet.balance;
  const told = useSignal('');
  // Not the button itself: whoever pressed Enter to charge has not decided yet to pay.
  const panel = useHeir<HTMLDivElement>(missing > 0, told.value !== '');
  return (
    <div class="pay" ref={panel} tabIndex={-1} role="group" aria-label={said.title}>
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
            onBack={reload}
            onCharged={(balance) => set({ ...held, wallet: { ...wallet, balance } })}
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
