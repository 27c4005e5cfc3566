/** News of a date to whoever has seats there or wants some: it was called off, or moved, and what that means for them. */
import type { ComponentChildren } from 'preact';
import { secondsUntil } from '../client/clock.ts';
import { Notice } from '../ui/notice.tsx';
import { dateAndTime, money, say } from '../words/words.ts';
import type { ConcertDate } from './concerts.ts';
import { cancellationsOf, type Reservation } from './reservation.ts';
import './date-news.css';

const words = {
  ko: {
    off: '이 회차는 취소됐어요',
    why: '취소된 이유',
    refunding: '결제한 금액 전부를 환불하고 있어요. 아무것도 하지 않아도 지갑에 들어와요.',
    refunded: (amount: string) => `결제한 금액 전부를 환불했어요: ${amount}.`,
    compensated: (amount: string) => `보상금도 드렸어요: ${amount}.`,
    released: '선점한 좌석은 풀렸고, 결제된 금액은 없어요.',
    moved: '일정이 바뀌었어요',
    kept: '티켓은 새 일정에 그대로 쓸 수 있어요.',
    free: (until: string) => `올 수 없다면 ${until} 전까지 수수료 없이 취소할 수 있어요.`,
    to: '바뀐 일정',
    from: '처음 일정',
  },
  en: {
    off: 'This date was called off',
    why: 'Why',
    refunding: 'All that you paid is being refunded. You need not do anything: it will be in your wallet.',
    refunded: (amount: string) => `All that you paid was refunded: ${amount}.`,
    compensated: (amount: string) => `You also got a compensation: ${amount}.`,
    released: 'The seats that you held were released, and nothing was paid.',
    moved: 'The date was moved',
    kept: 'Your ticket is valid for the new date.',
    free: (until: string) => `If you cannot come, you can cancel without a fee until ${until}.`,
    to: 'Now',
    from: 'Before',
  },
};

const free_ms = 168 * 3_600_000;

/** Until when whoever paid before it was moved cancels without a fee; undefined where that is over, or does not apply. */
export function freeUntil(date: ConcertDate | undefined, reservation: Reservation): string | undefined {
  if (date?.movedAt == null || reservation.status !== 'CONFIRMED' || reservation.paidAt === undefined) return undefined;
  if (Date.parse(reservation.paidAt) >= Date.parse(date.movedAt)) return undefined;
  const until = new Date(Math.min(Date.parse(date.movedAt) + free_ms, Date.parse(date.startsAt))).toISOString();
  return secondsUntil(until) > 0 ? until : undefined;
}

interface DateNewsProps {
  readonly date: ConcertDate | undefined;
  readonly reservation: Reservation;
  /** What one can do about it. */
  readonly actions?: ComponentChildren;
}

/** Nothing where there is no news. */
export function DateNews({ date, reservation, actions }: DateNewsProps) {
  if (date === undefined) return undefined;
  if (date.status === 'CANCELLED') return <CalledOff date={date} reservation={reservation} actions={actions} />;
  if (date.movedFrom === null || secondsUntil(date.startsAt) === 0) return undefined;
  return <Moved date={date} reservation={reservation} actions={actions} />;
}

function CalledOff({ date, reservation, actions }: DateNewsProps) {
  const said = say(words);
  return (
    <Notice title={said.off} kind="calm" actions={actions}>
      <div class="news-lines">
        <WhyOff notice={date?.notice ?? null} />
        {refundTexts(reservation, said).map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
    </Notice>
  );
}

/** The operator's reason. */
export function WhyOff({ notice }: { readonly notice: string | null }) {
  if (notice === null) return undefined;
  return (
    <p>
      <span class="quiet">{say(words).why}:</span> {notice}
    </p>
  );
}

function refundTexts(reservation: Reservation, said: (typeof words)['ko']): string[] {
  if (reservation.paid === undefined) return [said.released];
  const done = cancellationsOf(reservation).find(({ reason }) => reason === 'called_off');
  if (done === undefined) return [said.refunding];
  const { refund, compensation } = done;
  return [said.refunded(money(refund)), ...(compensation > 0 ? [said.compensated(money(compensation))] : [])];
}

function Moved({ date, reservation, actions }: DateNewsProps) {
  const said = say(words);
  if (date?.movedFrom == null) return undefined;
  const until = freeUntil(date, reservation);
  return (
    <Notice title={said.moved} kind="calm" actions={until === undefined ? undefined : actions}>
      <div class="news-lines">
        <MovedFromTo from={date.movedFrom} to={date.startsAt} />
        {reservation.status === 'CONFIRMED' && <p>{said.kept}</p>}
        {until !== undefined && <p>{said.free(dateAndTime(until))}</p>}
      </div>
    </Notice>
  );
}

export function MovedFromTo({ from, to }: { readonly from: string; readonly to: string }) {
  const said = say(words);
  return (
    <p class="moved">
      <s>
        <span class="hidden">{said.from} </span>
        <span>{dateAndTime(from)}</span>
      </s>{' '}
      <span aria-hidden="true">→</span>{' '}
      <b>
        <span class="hidden">{said.to} </span>
        <span>{dateAndTime(to)}</span>
      </b>
    </p>
  );
}
