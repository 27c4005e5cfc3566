/** One concert: dates, prices, what is left, and the one button that takes a place in line. */
import { useEffect } from 'preact/hooks';
import { ask } from '../../client/client.ts';
import { user } from '../../client/session.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Seal } from '../../ui/seal.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { counted } from '../../words/language.ts';
import { language, number, say, titleIn } from '../../words/words.ts';
import { concertChanged, concertOf, type Concert } from '../concerts.ts';
import { wayOf } from '../lines.tsx';
import { standingIn } from '../places.ts';
import { Rules } from '../refund-rules.tsx';
import { go } from '../router.ts';
import type { PageProps } from '../routes.ts';
import { isCalledOff, isOlder, SaleShown, type Sale } from '../sale-shown.tsx';
import { useTitle } from '../title.ts';
import './concert.css';

const sale_every_ms = 10_000;

const words = {
  ko: {
    concert: '공연',
    out: '매진',
    limit: (count: number) => `한 사람이 ${count}석까지 예매할 수 있어요.`,
    take: '예매하기',
    back: { waiting: '내 대기 순서 보기', turn: '내 차례예요, 좌석 선택' },
    waiting: (count: string) => `지금 ${count}명이 기다리고 있어요.`,
    nobody: '지금은 기다리는 사람이 없어요.',
    order: '온 순서대로 입장하고, 차례가 오면 좌석을 선택해요. 화면을 닫아도 대기 순서는 그대로예요.',
    paused: '입장이 잠시 멈춰 있어요. 대기는 시작할 수 있어요.',
    soldOut: '모든 좌석이 팔렸어요. 결제가 취소되면 다시 열려요.',
    standBy: '취소표 대기하기',
    standByText: '모든 좌석이 팔렸어요. 대기하면 취소표가 나올 때 순서대로 입장해요. 취소표가 나온다는 보장은 없어요.',
    off: '공연이 취소됐어요.',
    offText: '예매한 분은 결제한 금액 전부를 환불받아요.',
    my: '내 예매',
    allHeld: '지금 남은 좌석은 없지만, 선점된 좌석이 다시 나올 수 있어요.',
    others: '다른 공연 보기',
  },
  en: {
    concert: 'Concert',
    out: 'Sold out',
    limit: (count: number) => `One person can buy up to ${counted(count, 'seat')}.`,
    take: 'Join the line',
    back: { waiting: 'See your place in line', turn: 'Your turn: choose seats' },
    waiting: (count: string) => (count === '1' ? 'One person is waiting now.' : `${count} people are waiting now.`),
    nobody: 'Nobody is waiting right now.',
    order:
      'People are admitted in order of arrival and choose seats when it is their turn. You keep your place if you close the page.',
    paused: 'Admission is paused for now. You can still join the line.',
    soldOut: 'Every seat is sold. If a ticket is cancelled, the sale opens again.',
    standBy: 'Stand by for returned seats',
    standByText:
      'Every seat is sold. If you stand by, you are let in when it is your turn and a seat comes back. Whether any does cannot be promised.',
    off: 'The show was called off.',
    offText: 'Whoever has tickets gets back all that they paid.',
    my: 'My tickets',
    allHeld: 'No seats left right now, but held seats may come back.',
    others: 'See other concerts',
  },
};

export function ConcertPage({ params }: PageProps) {
  const { concertId = '' } = params;
  const load = useLoad(`${concertId} ${language.value}`, () => concertOf(concertId));
  const state = load.state.value;
  useTitle(state.at === 'ready' ? titleIn(state.data.title)[0] : '');
  return (
    <>
      {state.at !== 'ready' && <h1 class="hidden">{say(words).concert}</h1>}
      <Loaded of={load} skeleton={<ConcertSkeleton />}>
        {(concert) => <Shown concert={concert} reload={() => load.reload()} />}
      </Loaded>
    </>
  );
}

function Shown({ concert, reload }: { readonly concert: Concert; readonly reload: () => void }) {
  const said = say(words);
  const [title, second] = titleIn(concert.title);
  const sale = useLoad(`sale ${concert.id}`, (signal) => ask('getSale', { params: { concertId: concert.id }, signal }));
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && sale.state.peek().at === 'ready') sale.reload();
    }, sale_every_ms);
    return () => clearInterval(timer);
  }, [sale]);
  const now = sale.state.value.at === 'ready' ? sale.state.value.data : undefined;
  useEffect(() => {
    if (now === undefined || !isOlder(concert, now)) return;
    concertChanged(concert.id);
    reload();
  }, [now]);
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
          {(shown) => <SaleShown concert={concert} sale={shown} />}
        </Loaded>
        <Rules rules={concert.refundRules} />
        <p class="quiet small">{said.limit(concert.maxSeatsPerFan)}</p>
      </div>
      <aside class="take">
        <Take concert={concert} sale={now} />
      </aside>
    </article>
  );
}

function Take({ concert, sale }: { concert: Concert; sale: Sale | undefined }) {
  const said = say(words);
  const wait = `/concerts/${concert.id}/wait`;
  const isOut = sale === undefined ? concert.soldOut : sale.seats.available + sale.seats.held === 0;
  const toWait = `${wait}?take=1`;
  const standing = standingIn(concert.id);
  if (isCalledOff(concert)) return <Off />;
  if (isOut && !(sale?.boundToSupply === true)) return <Out concert={concert} standing={standing} />;
  const press = (): void => go(user.value === null ? `/join?next=${encodeURIComponent(toWait)}` : toWait);
  return (
    <div class="stack">
      {standing === 'none' ? (
        <Button key="none" size="wide" onPress={press}>
          {isOut ? said.standBy : said.take}
        </Button>
      ) : (
        <ButtonLink key={standing} size="wide" href={wayOf(concert.id, standing)}>
          {said.back[standing]}
        </ButtonLink>
      )}
      <p class="count">
        {sale === undefined ? ' ' : sale.waiting > 0 ? said.waiting(number(sale.waiting)) : said.nobody}
      </p>
      {isOut && <p class="small">{said.standByText}</p>}
      {!isOut && sale?.seats.available === 0 && <p class="small">{said.allHeld}</p>}
      {sale?.notice && <p class="small">{said.paused}</p>}
      <p class="order quiet small">{said.order}</p>
    </div>
  );
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

/** Nobody is invited into a line for nothing; who stands in it finds it again. */
function Out({ concert, standing }: { readonly concert: Concert; readonly standing: ReturnType<typeof standingIn> }) {
  const said = say(words);
  return (
    <div class="stack">
      <Seal size={112} label={said.out} />
      <p>{said.soldOut}</p>
      {standing !== 'none' && (
        <ButtonLink href={wayOf(concert.id, standing)} kind="plain">
          {said.back[standing]}
        </ButtonLink>
      )}
      <ButtonLink href="/" kind="plain">
        {said.others}
      </ButtonLink>
    </div>
  );
}

function Off() {
  const said = say(words);
  return (
    <div class="stack">
      <p>
        <b>{said.off}</b>
      </p>
      <p>{said.offText}</p>
      {user.value && <ButtonLink href="/my">{said.my}</ButtonLink>}
      <ButtonLink href="/" kind="plain">
        {said.others}
      </ButtonLink>
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
