/** What the sales of a concert are called, and how a forecast is told. */
import type { Reply } from '../../client/client.ts';
import { counted, number } from '../../words/language.ts';

export type Sales = Reply<'getSales'>;
export type Forecast = Sales['forecast'];
type NoForecast = NonNullable<Forecast['because']>;

const minutesOf = ({ overSeconds }: Forecast): number => Math.max(1, Math.round(overSeconds / 60));

export const salesWords = {
  ko: {
    title: '판매',
    sold: '판매',
    held: '선점',
    free: '남음',
    revenue: '매출',
    perMinute: '분당 입장',
    share: '판매율',
    soldOf: '판매 / 좌석',
    grade: '등급',
    date: '회차',
    byGrade: '등급별 판매',
    byDate: '회차별 판매',
    allDates: '모든 회차',
    cancelled: '취소',
    refunds: '환불',
    fees: '취소 수수료',
    manage: '관리',
    manageThis: (date: string) => `${date} 회차 관리: 일정 변경, 공연 취소`,
    manageOnly: '이 회차의 일정을 바꾸거나 취소하기',
    choose: '회차를 누르면 그 회차의 등급별 판매가 나와요.',
    sum: '합계',
    forecast: '매진 예상',
    about: (time: string) => `${time}쯤`,
    noForecast: '예상 없음',
    basis: (from: Forecast) =>
      `최근 ${minutesOf(from)}분 동안 ${number('ko', from.seatsSold)}석이 팔렸어요. 이 속도가 이어질 때의 예상이에요.`,
    because: {
      SOLD_OUT: () => '모든 좌석이 팔렸어요.',
      SALE_ENDED: () => '모든 회차의 판매가 끝났어요.',
      PAUSED: () => '입장이 멈춰 있어서 지금까지의 속도로는 예상할 수 없어요.',
      TOO_SHORT: () => '판매 기록이 아직 2분이 안 돼서 예상할 수 없어요.',
      TOO_FEW: (from) =>
        `최근 ${minutesOf(from)}분 동안 ${number('ko', from.seatsSold)}석만 팔려서 예상하기에는 너무 적어요.`,
      TOO_FAR: (from) =>
        `최근 ${minutesOf(from)}분 동안 ${number('ko', from.seatsSold)}석이 팔렸어요. 이 속도라면 매진까지 하루가 넘게 걸려요.`,
    } satisfies Record<NoForecast, (from: Forecast) => string> as Record<NoForecast, (from: Forecast) => string>,
    soldOut: '매진',
    charts: '대기열, 요청, 서버 차트',
    unwell: '서버를 확인해 주세요',
  },
  en: {
    title: 'Sales',
    sold: 'Sold',
    held: 'Held',
    free: 'Available',
    revenue: 'Revenue',
    perMinute: 'Admitted per minute',
    share: 'Share sold',
    soldOf: 'Sold / seats',
    grade: 'Grade',
    date: 'Performance',
    byGrade: 'Sales by grade',
    byDate: 'Sales by performance',
    allDates: 'All performances',
    cancelled: 'Cancelled',
    refunds: 'Refunds',
    fees: 'Fees',
    manage: 'Manage',
    manageThis: (date: string) => `Manage ${date}: move it, call it off`,
    manageOnly: 'Move this date, or call it off',
    choose: 'Choose a performance to see its sales by grade.',
    sum: 'Total',
    forecast: 'Sold out by',
    about: (time: string) => `about ${time}`,
    noForecast: 'No forecast',
    basis: (from: Forecast) =>
      `At the pace of the last ${counted(minutesOf(from), 'minute')}: ${counted(number('en', from.seatsSold), 'seat')} sold.`,
    because: {
      SOLD_OUT: () => 'Every seat is sold.',
      SALE_ENDED: () => 'No date is on sale any more.',
      PAUSED: () => 'Admission is paused, so there is no pace to go by.',
      TOO_SHORT: () => 'The sale has been watched for less than two minutes.',
      TOO_FEW: (from) =>
        `${counted(number('en', from.seatsSold), 'seat')} sold in the last ${counted(minutesOf(from), 'minute')}: too few to tell.`,
      TOO_FAR: (from) =>
        `${counted(number('en', from.seatsSold), 'seat')} sold in the last ${counted(minutesOf(from), 'minute')}: at this pace it takes more than a day.`,
    } satisfies Record<NoForecast, (from: Forecast) => string> as Record<NoForecast, (from: Forecast) => string>,
    soldOut: 'Sold out',
    charts: 'Charts: line, requests, servers',
    unwell: 'Check the servers',
  },
};
