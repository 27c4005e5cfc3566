/** What was given back and what came of it: the seats, the fee, the refund, and where that is now. */
import { begun } from '../../words/seat-name.ts';
import { dateAndTime, money, namesOfLabels, say } from '../../words/words.ts';
import { cancellationsOf, cancelledSeatsOf, type Cancellation, type Reservation } from '../reservation.ts';
import { WithdrawalTold, type Withdrawal } from '../wallet/withdrawals.tsx';
import { RefundSums } from './refund-sums.tsx';
import './given-back.css';

const words = {
  ko: {
    title: '취소와 환불 내역',
    why: {
      fan: undefined,
      organiser: '주최 측 사정으로 취소됐어요.',
      postponed: '일정이 바뀌어서 취소됐어요.',
      force_majeure: '천재지변처럼 어쩔 수 없는 사정으로 취소됐어요.',
      illness: '질병이나 부상으로 취소됐어요.',
      called_off: '회차가 취소됐어요.',
    },
    inWallet: '지갑에 들어왔어요.',
    onItsWay: '결제한 수단으로 돌려보냈어요. 지갑의 출금 내역에서 확인할 수 있어요.',
    rest: (amount: string) => `나머지 ${amount}: 지갑에 있어요.`,
    none: '환불된 금액이 없어요.',
    wallet: '지갑 보기',
  },
  en: {
    title: 'Cancelled and refunded',
    why: {
      fan: undefined,
      organiser: 'The organiser cancelled it.',
      postponed: 'Cancelled because the date was moved.',
      force_majeure: 'Cancelled for reasons beyond anybody’s control.',
      illness: 'Cancelled because of illness or injury.',
      called_off: 'The date was called off.',
    },
    inWallet: 'It is in your wallet.',
    onItsWay: 'It was sent back to how you paid. See the withdrawals in your wallet.',
    rest: (amount: string) => `The other ${amount} is in your wallet.`,
    none: 'Nothing was refunded.',
    wallet: 'See your wallet',
  },
};

interface GivenBackProps {
  readonly reservation: Reservation;
  /** Those that are known; what was sent on by another is told without its state. */
  readonly withdrawals: readonly Withdrawal[];
}

/** All of them, the newest first. */
export function GivenBack({ reservation, withdrawals }: GivenBackProps) {
  const said = say(words);
  const cancellations = cancellationsOf(reservation);
  if (cancellations.length === 0) return undefined;
  return (
    <section class="given-back">
      <h2>{said.title}</h2>
      <ul>
        {cancellations.toReversed().map((one) => (
          <li key={one.id}>
            <p>
              <b translate={false}>{begun(namesOfSeats(reservation, one))}</b>{' '}
              <span class="small quiet">{dateAndTime(one.at)}</span>
            </p>
            {said.why[one.reason] !== undefined && <p class="small">{said.why[one.reason]}</p>}
            <CancellationTold cancellation={one} withdrawals={withdrawals} price={priceOf(reservation, one)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ToldProps {
  readonly cancellation: Cancellation;
  readonly withdrawals: readonly Withdrawal[];
  /** What was paid for the seats. */
  readonly price: number;
}

/** The sums of one, and where the money is. */
export function CancellationTold({ cancellation, withdrawals, price }: ToldProps) {
  const { fee, refund, compensation } = cancellation;
  return (
    <>
      <RefundSums price={price} fee={fee} refund={refund} compensation={compensation} />
      <WhereNow cancellation={cancellation} withdrawals={withdrawals} />
    </>
  );
}

function WhereNow({ cancellation, withdrawals }: Omit<ToldProps, 'price'>) {
  const said = say(words);
  const { refund, compensation, withdrawalId } = cancellation;
  const sentOn = withdrawals.find(({ id }) => id === withdrawalId);
  const link = (
    <a class="small" href="/my">
      {said.wallet}
    </a>
  );
  if (refund + compensation === 0) return <p class="small">{said.none}</p>;
  if (withdrawalId === null) {
    return (
      <p class="small">
        {said.inWallet} {link}
      </p>
    );
  }
  const rest = refund + compensation - (sentOn?.amount ?? refund + compensation);
  return (
    <div class="where-now">
      {sentOn === undefined ? <p class="small">{said.onItsWay}</p> : <WithdrawalTold withdrawal={sentOn} />}
      {rest > 0 && (
        <p class="small">
          {said.rest(money(rest))} {link}
        </p>
      )}
    </div>
  );
}

/** Of those seats, as their labels tell. */
export function namesOfSeats(reservation: Reservation, cancellation: Cancellation): string {
  return namesOfLabels(seatsIn(reservation, cancellation).map(({ label }) => label));
}

export function priceOf(reservation: Reservation, cancellation: Cancellation): number {
  return seatsIn(reservation, cancellation).reduce((sum, { price }) => sum + price, 0);
}

function seatsIn(reservation: Reservation, { seatNumbers }: Cancellation): Reservation['seats'] {
  return cancelledSeatsOf(reservation).filter(({ number }) => seatNumbers.includes(number));
}
