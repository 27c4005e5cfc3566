/** What was done to reservations and dates, in words: a seat cancelled for a fan, a date called off or moved. */
import type { ComponentChildren } from 'preact';
import { reasonWords, type CancellationReason } from '../../words/cancellation-reasons.ts';
import { dateAndTime, money, number, say } from '../../words/words.ts';
import { addressOf } from '../desk/query.ts';
import type { Entry } from './log.tsx';

const words = {
  ko: {
    reservation: '예매',
    date: '회차',
    fan: '예매자',
    seats: '좌석',
    reason: '사유',
    refund: '환불',
    fee: '취소 수수료',
    because: '이유',
    compensation: '보상금',
    reservations: '환불할 예매',
    starts: '공연 일시',
    count: (count: string) => `${count}석`,
    cases: (count: string) => `${count}건`,
  },
  en: {
    reservation: 'Reservation',
    date: 'Performance',
    fan: 'Fan',
    seats: 'Seats',
    reason: 'Reason',
    refund: 'Refund',
    fee: 'Fee',
    because: 'Reason told',
    compensation: 'Compensation',
    reservations: 'Reservations to refund',
    starts: 'Starts',
    count: (count: string) => count,
    cases: (count: string) => count,
  },
};

const deeds = ['CANCEL_RESERVATION', 'CALL_OFF_PERFORMANCE', 'MOVE_PERFORMANCE'] as const;
type Deed = (typeof deeds)[number];

export function isDeed({ action }: Entry): boolean {
  return (deeds as readonly string[]).includes(action);
}

type Row = readonly [name: string, value: ComponentChildren];

export function DeedOf({ entry }: { readonly entry: Entry }) {
  const rows = rowsOf[entry.action as Deed](entry.before ?? {}, entry.after ?? {});
  return (
    <dl class="differences made">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** As the room that did it wrote it down. */
type Values = Readonly<Record<string, unknown>>;

const textIn = (values: Values, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};
const numberIn = (values: Values, name: string): number | undefined => {
  const value = values[name];
  return typeof value === 'number' ? value : undefined;
};

const rowsOf: Readonly<Record<Deed, (before: Values, after: Values) => readonly Row[]>> = {
  CANCEL_RESERVATION: (_before, after) => {
    const said = say(words);
    const [id, userId, reason] = ['reservationId', 'userId', 'reason'].map((name) => textIn(after, name));
    const seats = after['seatNumbers'];
    const [refund, fee, percent] = ['refund', 'fee', 'feePercent'].map((name) => numberIn(after, name));
    return [
      ...row(said.reservation, id, (value) => (
        <a href={addressOf('/console/reservation', { id: value })}>{value.slice(-8).toUpperCase()}</a>
      )),
      ...row(said.fan, userId, (value) => <a href={addressOf('/console/user', { id: value })}>{value}</a>),
      ...row(said.seats, Array.isArray(seats) ? seats.length : undefined, (value) => said.count(number(value))),
      ...row(said.reason, reason, (value) => say(reasonWords)[value as CancellationReason] ?? value),
      ...row(said.refund, refund, money),
      ...row(said.fee, fee, (value) => `${money(value)}${percent === undefined ? '' : ` (${number(percent)}%)`}`),
    ];
  },
  CALL_OFF_PERFORMANCE: (_before, after) => {
    const said = say(words);
    const { ko, en } = (after['reason'] ?? {}) as Readonly<Record<string, string>>;
    return [
      ...ofDate(after),
      ...row(said.because, [...new Set([ko, en])].filter(Boolean).join(' / '), (value) => value),
      ...row(said.compensation, numberIn(after, 'compensationPercent'), (value) => `${number(value)}%`),
      ...row(said.reservations, numberIn(after, 'total'), (value) => said.cases(number(value))),
    ];
  },
  MOVE_PERFORMANCE: (before, after) => {
    const [from, to] = [textIn(before, 'startsAt'), textIn(after, 'startsAt')];
    const id = textIn(after, 'performanceId');
    const moved = (
      <>
        {from !== undefined && <s>{dateAndTime(from)}</s>} → {to !== undefined && dateAndTime(to)}
      </>
    );
    return [[say(words).starts, id === undefined ? moved : <a href={`/console/dates/${id}`}>{moved}</a>]];
  },
};

function ofDate(values: Values): readonly Row[] {
  const [id, startsAt] = [textIn(values, 'performanceId'), textIn(values, 'startsAt')];
  return row(say(words).date, startsAt ?? id, (value) => {
    const told = startsAt === undefined ? value : dateAndTime(startsAt);
    return id === undefined ? told : <a href={`/console/dates/${id}`}>{told}</a>;
  });
}

/** Nothing is told of what was not written down. */
function row<T>(name: string, value: T | undefined, tell: (value: T) => ComponentChildren): readonly Row[] {
  return value === undefined || value === '' ? [] : [[name, tell(value)]];
}
