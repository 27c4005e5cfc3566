/** What there is to say about refunds, in both languages. Percents are of the price of each seat; clocks name their zone. */
import { counted, money, number, type Both, type Language } from '../../web/words/language.ts';
import { eveHour } from './schedule.ts';

/** The end of what is allowed, as part of a sentence. */
interface Ends {
  /** The end of a day before that of the show. */
  readonly day: (days: number, date?: string) => string;
  /** The start of the show, for what holds on its day. */
  readonly start: (date?: string) => string;
  /** The same for what holds before that day, too. */
  readonly toStart: string;
  /** When cancelling closes by the clock of the day before, and so many minutes before the start. */
  readonly eve: string;
  readonly minutes: (minutes: number) => string;
  readonly clock: (date: string, clock: string) => string;
}

interface Words extends Ends {
  readonly fee: (percent: number, feeMax?: number) => string;
  /** Until when, and what it costs. */
  readonly rule: (until: string, fee: string) => string;
  readonly purchase: (hours: number, until: string) => string;
  readonly moved: (until?: string) => string;
  readonly calledOff: string;
  readonly byOperator: (fee: string) => string;
  readonly closing: (minutes: number) => string;
  readonly otherwise: string;
  readonly never: string;
  readonly whatever: string;
}

const [usual, onSaturday] = [`${eveHour.usual}:00`, `${eveHour.onSaturday}:00`];

/** Hours where they are whole: `90 minutes`, `2 hours`. */
function duration(language: Language, minutes: number): string {
  const isHours = minutes % 60 === 0;
  const count = number(language, isHours ? minutes / 60 : minutes);
  if (language === 'ko') return `${count}${isHours ? '시간' : '분'}`;
  return counted(count, isHours ? 'hour' : 'minute');
}

/** From two days on `168 hours (7 days)`: they are counted from a moment, not by the calendar. */
function hoursOf(language: Language, hours: number): string {
  const said = duration(language, hours * 60);
  if (hours % 24 > 0 || hours === 24) return said;
  return language === 'ko' ? `${said}(${hours / 24}일)` : `${said} (${hours / 24} days)`;
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
/** `7 days before the show`. */
const before = (days: number): string => (days === 1 ? 'the day before the show' : `${days} days before the show`);
const beforeKo = (days: number): string => (days === 1 ? '공연 전날' : `공연 ${days}일 전`);

export const words: Both<Words> = {
  en: {
    day: (days, date) => (date === undefined ? `up to ${before(days)}` : `until the end of ${date}, ${before(days)}`),
    start: (date) => `on ${date === undefined ? '' : `${date}, `}the day of the show, until it starts`,
    toStart: 'until the show starts',
    eve: `on the day before the show, until ${usual} (${onSaturday} if that is a Saturday)`,
    minutes: (minutes) => `until ${duration('en', minutes)} before the show starts`,
    clock: (date, clock) => `until ${clock} on ${date}`,
    fee: (percent, feeMax) => {
      const most = feeMax === undefined ? '' : `, at most ${money('en', feeMax)} a seat`;
      if (percent === 0) return 'there is no cancellation fee';
      return `the cancellation fee is ${percent === 100 ? 'the whole' : `${percent}% of the`} price of each seat${most}`;
    },
    rule: (until, fee) => `${capital(until)}, ${fee}.`,
    purchase: (hours, until) => `Within ${hoursOf('en', hours)} of paying, ${until}, there is no cancellation fee.`,
    moved: (until) =>
      until === undefined
        ? 'Your date was moved, so there is no cancellation fee for 7 days after the change.'
        : `Your date was moved, so there is no cancellation fee ${until}.`,
    calledOff: 'Your date was called off, so everything is refunded.',
    byOperator: (fee) => `The box office cancelled it for you: ${fee}.`,
    closing: (minutes) => `Cancelling closes ${duration('en', minutes)} before the show starts.`,
    otherwise: 'Otherwise it cannot be cancelled.',
    never: 'Once paid, it cannot be cancelled.',
    whatever:
      'If your date is called off, everything is refunded. If it is moved, you can cancel without a fee for 7 days after the change, until the show starts.',
  },
  ko: {
    day: (days, date) => `${beforeKo(days)}${date === undefined ? '' : `인 ${date}`}까지`,
    start: (date) => `공연 당일${date === undefined ? '' : `인 ${date}`} 공연 시작 전까지`,
    toStart: '공연 시작 전까지',
    eve: `공연 전날 ${usual}(전날이 토요일이면 ${onSaturday})까지`,
    minutes: (minutes) => `공연 시작 ${duration('ko', minutes)} 전까지`,
    clock: (date, clock) => `${date} ${clock}까지`,
    fee: (percent, feeMax) => {
      if (percent === 0) return '취소 수수료가 없어요';
      if (percent === 100) return '티켓 금액 전액이 취소 수수료예요';
      const most = feeMax === undefined ? '예요' : `이고 최대 ${number('ko', feeMax)}원이에요`;
      return `취소 수수료가 좌석당 티켓 금액의 ${percent}%${most}`;
    },
    rule: (until, fee) => `${until} 취소하면 ${fee}.`,
    purchase: (hours, until) => `결제 후 ${hoursOf('ko', hours)} 안에, ${until} 취소하면 취소 수수료가 없어요.`,
    moved: (until) =>
      until === undefined
        ? '일정이 변경된 회차라 변경 후 7일 동안 취소 수수료가 없어요.'
        : `일정이 변경된 회차라 ${until} 취소 수수료가 없어요.`,
    calledOff: '취소된 회차라 전액을 환불해요.',
    byOperator: (fee) => `예매처에서 대신 취소했어요. ${fee}.`,
    closing: (minutes) => `공연 시작 ${duration('ko', minutes)} 전에 취소가 마감돼요.`,
    otherwise: '그 밖에는 취소할 수 없어요.',
    never: '결제한 뒤에는 취소할 수 없어요.',
    whatever:
      '회차가 취소되면 전액을 환불해요. 일정이 변경되면 변경 후 7일 동안, 공연 시작 전까지 수수료 없이 취소할 수 있어요.',
  },
};
