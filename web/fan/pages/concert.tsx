/** One concert: dates, prices, what is left, and the one button that takes a place in line. */
import { useEffect } from 'preact/hooks';
import { ask } from '../../client/client.ts';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { counted } from '../../words/language.ts';
import { language, say, titleIn } from '../../words/words.ts';
import { concertChanged, concertOf, type Concert } from '../concerts.ts';
import { Rules } from '../refund-rules.tsx';
import type { PageProps } from '../routes.ts';
import { isOlder, SaleShown } from '../sale-shown.tsx';
import { Take } from '../take.tsx';
import { useTitle } from '../title.ts';
import './concert.css';

const sale_every_ms = 10_000;

const words = {
  ko: {
    concert: '공연',
    limit: (count: number) => `한 사람이 ${count}석까지 예매할 수 있어요.`,
  },
  en: {
    concert: 'Concert',
    limit: (count: number) => `One person can buy up to ${counted(count, 'seat')}.`,
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
        {/* They stand below how the sale stands, and come with it. */}
        {sale.state.value.at !== 'loading' && <Rules rules={concert.refundRules} />}
        <p class="quiet small">{said.limit(concert.maxSeatsPerFan)}</p>
      </div>
      <aside class="take">
        <Take concert={concert} sale={now} />
      </aside>
    </article>
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

function ConcertSkeleton() {
  return (
    <div class="stack wide">
      <Skeleton width="70%" height="4rem" />
      <Skeleton width="40%" height="1.6rem" />
      <Skeleton height="16rem" />
    </div>
  );
}
