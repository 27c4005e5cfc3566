/** How a sale stands by date and by grade, and what became of dates that were moved or called off. */
import type { Reply } from '../client/client.ts';
import { secondsUntil } from '../client/clock.ts';
import { Bar } from '../ui/bar.tsx';
import { OwnTime } from '../ui/own-time.tsx';
import { clockTime, date, money, number, say } from '../words/words.ts';
import { dateIn, type Concert, type ConcertDate } from './concerts.ts';
import { MovedFromTo, WhyOff } from './date-news.tsx';

export type Sale = Reply<'getSale'>;
type SaleDate = Sale['performances'][number];

const words = {
  ko: {
    dates: '회차',
    prices: '등급별 가격',
    grade: '등급',
    price: '가격',
    left: '남은 좌석',
    seats: (count: string) => `${count}석 남음`,
    out: '매진',
    held: (count: string) => `${count}석 선점`,
    off: '공연 취소',
    offText: '예매한 분은 결제한 금액 전부를 환불받아요. 아무것도 하지 않아도 지갑에 들어와요.',
    moved: '일정 변경',
    movedText: '일정이 바뀌기 전에 결제했다면 7일 동안 수수료 없이 취소할 수 있어요.',
    my: '내 예매에서 취소하기',
  },
  en: {
    dates: 'Dates',
    prices: 'Grades and prices',
    grade: 'Grade',
    price: 'Price',
    left: 'Seats left',
    seats: (count: string) => `${count} left`,
    out: 'Sold out',
    held: (count: string) => `${count} held`,
    off: 'Called off',
    offText: 'Whoever has tickets gets back all that they paid. You need not do anything: it will be in your wallet.',
    moved: 'Moved',
    movedText: 'If you paid before it was moved, you can cancel without a fee for 7 days.',
    my: 'Cancel in My tickets',
  },
};

const free_seconds = 168 * 3_600;

/** No date is left, and one at least was called off. */
export function isCalledOff({ performances }: Concert): boolean {
  return performances.every(({ onSale }) => !onSale) && performances.some(({ status }) => status === 'CANCELLED');
}

/** The sale knows of a change that the concert, as this page has it, does not. */
export function isOlder({ performances }: Concert, sale: Sale): boolean {
  return (
    performances.some(({ id, onSale }) => onSale && !sale.performances.some((one) => one.id === id)) ||
    sale.performances.some(
      ({ id, startsAt }) => !performances.some((one) => one.id === id && one.startsAt === startsAt),
    )
  );
}

interface SaleShownProps {
  readonly concert: Concert;
  readonly sale: Sale;
}

export function SaleShown({ concert, sale }: SaleShownProps) {
  const said = say(words);
  return (
    <>
      <section>
        <h2>{said.dates}</h2>
        <ul class="dates">
          {datesOf(concert, sale).map((one) =>
            'status' in one ? (
              <OffDate key={one.id} date={one} />
            ) : (
              <OpenDate key={one.id} sale={one} about={dateIn(concert, one.id)} />
            ),
          )}
        </ul>
      </section>
      {sale.grades.length > 0 && <Prices sale={sale} />}
    </>
  );
}

/** Those on sale and those that were called off, in the order of time. What has begun is neither. */
function datesOf({ performances }: Concert, sale: Sale): readonly (SaleDate | ConcertDate)[] {
  const off = performances.filter(
    ({ id, status, startsAt }) =>
      status === 'CANCELLED' && secondsUntil(startsAt) > 0 && !sale.performances.some((one) => one.id === id),
  );
  return [...sale.performances, ...off].toSorted((one, other) => Date.parse(one.startsAt) - Date.parse(other.startsAt));
}

function OffDate({ date: { startsAt, notice } }: { readonly date: ConcertDate }) {
  const said = say(words);
  return (
    <li class="out">
      <s class="when">
        <b>{date(startsAt)}</b> <span translate={false}>{clockTime(startsAt)}</span>
      </s>
      <b class="left">{said.off}</b>
      <div class="date-news small">
        <WhyOff notice={notice} />
        <p>{said.offText}</p>
      </div>
    </li>
  );
}

function OpenDate({ sale, about }: { readonly sale: SaleDate; readonly about: ConcertDate | undefined }) {
  const said = say(words);
  const { startsAt, total, available, held } = sale;
  return (
    <li class={available + held === 0 ? 'out' : ''}>
      <span class="when">
        <b>{date(startsAt)}</b> <span translate={false}>{clockTime(startsAt)}</span> <OwnTime at={startsAt} />
      </span>
      <span class="left">{leftOf(said, available, held)}</span>
      <Bar share={total === 0 ? 0 : 1 - available / total} />
      {about?.movedFrom != null && about.movedAt !== null && (
        <MovedDate from={about.movedFrom} to={startsAt} movedAt={about.movedAt} />
      )}
    </li>
  );
}

function MovedDate({ from, to, movedAt }: { readonly from: string; readonly to: string; readonly movedAt: string }) {
  const said = say(words);
  const isFree = secondsUntil(movedAt) === 0 && Date.now() - Date.parse(movedAt) < free_seconds * 1_000;
  return (
    <div class="date-news small">
      <p>
        <b>{said.moved}</b>
      </p>
      <MovedFromTo from={from} to={to} />
      {isFree && (
        <p>
          {said.movedText} <a href="/my">{said.my}</a>
        </p>
      )}
    </div>
  );
}

function Prices({ sale }: Pick<SaleShownProps, 'sale'>) {
  const said = say(words);
  return (
    <section>
      <h2>{said.prices}</h2>
      <table class="prices">
        <thead class="hidden">
          <tr>
            <th scope="col">{said.grade}</th>
            <th scope="col">{said.price}</th>
            <th scope="col">{said.left}</th>
          </tr>
        </thead>
        <tbody>
          {sale.grades.map(({ grade, priceMin, priceMax, available, held }) => (
            <tr key={grade}>
              <th scope="row">{grade}</th>
              <td>{priceMin === priceMax ? money(priceMin) : `${money(priceMin)} – ${money(priceMax)}`}</td>
              <td class="quiet">{leftOf(said, available, held)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What is held is not sold: it may come back. */
function leftOf(said: (typeof words)['ko'], available: number, held: number): string {
  if (available > 0) return said.seats(number(available));
  return held > 0 ? said.held(number(held)) : said.out;
}
