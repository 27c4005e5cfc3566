/** One concert: dates, prices, what is left, and the one button that takes a place in line. */
import { useEffect } from 'preact/hooks';
import { ask, type Reply } from '../../client/client.ts';
import { user } from '../../client/session.ts';
import { Bar } from '../../ui/bar.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { OwnTime } from '../../ui/own-time.tsx';
import { Seal } from '../../ui/seal.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { counted } from '../../words/language.ts';
import { clockTime, date, money, number, say, titleIn } from '../../words/words.ts';
import { concertOf, type Concert } from '../concerts.ts';
import { wayOf } from '../lines.tsx';
import { standingIn } from '../places.ts';
import { go } from '../router.ts';
import type { PageProps } from '../routes.ts';
import { useTitle } from '../title.ts';
import './concert.css';

const sale_every_ms = 10_000;

const words = {
  ko: {
    concert: '공연',
    dates: '회차',
    prices: '등급별 가격',
    grade: '등급',
    price: '가격',
    left: '남은 좌석',
    seats: (count: string) => `${count}석 남음`,
    out: '매진',
    held: (count: string) => `${count}석 선점`,
    limit: (count: number) => `한 사람이 ${count}석까지 예매할 수 있어요.`,
    take: '예매하기',
    back: { waiting: '내 대기 순서 보기', turn: '내 차례예요, 좌석 선택' },
    waiting: (count: string) => `지금 ${count}명이 기다리고 있어요.`,
    nobody: '지금은 기다리는 사람이 없어요.',
    order: '온 순서대로 입장하고, 차례가 오면 좌석을 선택해요. 화면을 닫아도 대기 순서는 그대로예요.',
    paused: '입장이 잠시 멈춰 있어요. 대기는 시작할 수 있어요.',
    soldOut: '모든 좌석이 팔렸어요. 결제가 취소되면 다시 열려요.',
    allHeld: '지금 남은 좌석은 없지만, 선점된 좌석이 다시 나올 수 있어요.',
    others: '다른 공연 보기',
  },
  en: {
    concert: 'Concert',
    dates: 'Dates',
    prices: 'Grades and prices',
    grade: 'Grade',
    price: 'Price',
    left: 'Seats left',
    seats: (count: string) => `${count} left`,
    out: 'Sold out',
    held: (count: string) => `${count} held`,
    limit: (count: number) => `One person can buy up to ${counted(count, 'seat')}.`,
    take: 'Join the line',
    back: { waiting: 'See your place in line', turn: 'Your turn: choose seats' },
    waiting: (count: string) => (count === '1' ? 'One person is waiting now.' : `${count} people are waiting now.`),
    nobody: 'Nobody is waiting right now.',
    order:
      'People are admitted in order of arrival and choose seats when it is their turn. You keep your place if you close the page.',
    paused: 'Admission is paused for now. You can still join the line.',
    soldOut: 'Every seat is sold. If a ticket is cancelled, the sale opens again.',
    allHeld: 'No seats left right now, but held seats may come back.',
    others: 'See other concerts',
  },
};

type Sale = Reply<'getSale'>;

export function ConcertPage({ params }: PageProps) {
  const { concertId = '' } = params;
  const load = useLoad(concertId, () => concertOf(concertId));
  const state = load.state.value;
  useTitle(state.at === 'ready' ? titleIn(state.data.title)[0] : '');
  return (
    <>
      {state.at !== 'ready' && <h1 class="hidden">{say(words).concert}</h1>}
      <Loaded of={load} skeleton={<ConcertSkeleton />}>
        {(concert) => <Shown concert={concert} />}
      </Loaded>
    </>
  );
}

function Shown({ concert }: { concert: Concert }) {
  const said = say(words);
  const [title, second] = titleIn(concert.title);
  const sale = useLoad(`sale ${concert.id}`, (signal) => ask('getSale', { params: { concertId: concert.id }, signal }));
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && sale.state.peek().at === 'ready') sale.reload();
    }, sale_every_ms);
    return () => clearInterval(timer);
  }, [sale]);
  return (
    <article class="concert">
      <header>
        <h1>{title}</h1>
        {second !== undefined && <p class="second">{second}</p>}
        <p class="who">
          {concert.artist} <span class="quiet">· {concert.venue}</span>
        </p>
      </header>
      <div class="stack wide">
        <Loaded of={sale} skeleton={<SaleSkeleton concert={concert} />}>
          {(now) => <SaleShown sale={now} />}
        </Loaded>
        <p class="quiet small">{said.limit(concert.maxSeatsPerFan)}</p>
      </div>
      <aside class="take">
        <Take concert={concert} sale={sale.state.value.at === 'ready' ? sale.state.value.data : undefined} />
      </aside>
    </article>
  );
}

function Take({ concert, sale }: { concert: Concert; sale: Sale | undefined }) {
  const said = say(words);
  const wait = `/concerts/${concert.id}/wait`;
  const isOut = sale === undefined ? concert.soldOut : sale.seats.available + sale.seats.held === 0;
  if (isOut) {
    return (
      <div class="stack">
        <Seal size={112} label={said.out} />
        <p>{said.soldOut}</p>
        <ButtonLink href="/" kind="plain">
          {said.others}
        </ButtonLink>
      </div>
    );
  }
  const toWait = `${wait}?take=1`;
  const standing = standingIn(concert.id);
  const press = (): void => go(user.value === null ? `/join?next=${encodeURIComponent(toWait)}` : toWait);
  return (
    <div class="stack">
      {standing === 'none' ? (
        <Button key="none" size="wide" onPress={press}>
          {said.take}
        </Button>
      ) : (
        <ButtonLink key={standing} size="wide" href={wayOf(concert.id, standing)}>
          {said.back[standing]}
        </ButtonLink>
      )}
      <p class="count">
        {sale === undefined ? ' ' : sale.waiting > 0 ? said.waiting(number(sale.waiting)) : said.nobody}
      </p>
      {sale?.seats.available === 0 && <p class="small">{said.allHeld}</p>}
      {sale?.notice && <p class="small">{said.paused}</p>}
      <p class="order quiet small">{said.order}</p>
    </div>
  );
}

function SaleShown({ sale }: { sale: Sale }) {
  const said = say(words);
  return (
    <>
      <section>
        <h2>{said.dates}</h2>
        <ul class="dates">
          {sale.performances.map(({ id, startsAt, total, available, held }) => (
            <li key={id} class={available + held === 0 ? 'out' : ''}>
              <span class="when">
                <b>{date(startsAt)}</b> <span translate={false}>{clockTime(startsAt)}</span> <OwnTime at={startsAt} />
              </span>
              <span class="left">{leftOf(said, available, held)}</span>
              <Bar share={total === 0 ? 0 : 1 - available / total} />
            </li>
          ))}
        </ul>
      </section>
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
    </>
  );
}

/** What is held is not sold: it may come back. */
function leftOf(said: (typeof words)['ko'], available: number, held: number): string {
  if (available > 0) return said.seats(number(available));
  return held > 0 ? said.held(number(held)) : said.out;
}

function SaleSkeleton({ concert }: { concert: Concert }) {
  return (
    <div class="stack wide">
      <Skeleton width="30%" height="1.9rem" />
      {concert.performances.slice(0, 6).map(({ id }) => (
        <Skeleton key={id} height="3.4rem" />
      ))}
      <Skeleton width="30%" height="1.9rem" />
      <Skeleton height="8rem" />
    </div>
  );
}

function ConcertSkeleton() {
  return (
    <div class="stack wide">
      <Skeleton width="70%" height="4rem" />
      <Skeleton width="40%" height="1.6rem" />
      <Skeleton height="16rem" />
    </div>
  );
}
