/** All concerts as they go right now, the liveliest first. */
import { useSignal } from '@preact/signals';
import { ask, type Reply } from '../../client/client.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Bar } from '../../ui/bar.tsx';
import { dateSpan, money, number, say, titleIn } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { Late } from './late.tsx';
import { usePolled } from './polled.ts';
import { ServiceHealth } from './service-health.tsx';
import { State } from './state.tsx';
import './concerts.css';

const words = {
  ko: {
    title: '실시간',
    text: '붐비는 공연부터 보여요. 2초마다 새로 고쳐져요.',
    concert: '공연',
    state: '상태',
    waiting: '대기',
    active: '이용 중 / 최대',
    perMinute: '분당 입장',
    sold: '판매 / 좌석',
    revenue: '매출',
    empty: '아직 공연이 없어요. 공연을 만들면 여기에 나와요.',
    older: '이전 공연',
    newest: '최근 공연',
  },
  en: {
    title: 'Live',
    text: 'Busiest first, updated every two seconds.',
    concert: 'Concert',
    state: 'State',
    waiting: 'Waiting',
    active: 'Inside / max',
    perMinute: 'Admitted / min',
    sold: 'Sold / seats',
    revenue: 'Revenue',
    empty: 'No concerts yet. Create one, and it appears here.',
    older: 'Older concerts',
    newest: 'Newest concerts',
  },
};

type Concert = Reply<'listLiveConcerts'>['concerts'][number];

const renew_ms = 2_000;
const page_limit = 100;

function byLiveliness(a: Concert, b: Concert): number {
  return b.waiting + b.active - (a.waiting + a.active);
}

export function Concerts() {
  const said = say(words);
  const cursor = useSignal<string | undefined>(undefined);
  const concerts = usePolled(cursor.value ?? '', renew_ms, (signal) =>
    ask('listLiveConcerts', { signal, query: { limit: page_limit, ...(cursor.value && { cursor: cursor.value }) } }),
  );
  return (
    <>
      <PageHead title={said.title}>{said.text}</PageHead>
      <Late of={concerts} />
      <Loaded of={concerts} skeleton={<Skeleton height="12rem" />}>
        {({ concerts: rows, nextCursor }) => (
          <div class="stack">
            <Table
              caption={said.title}
              rows={rows.toSorted(byLiveliness)}
              keyOf={({ id }) => id}
              empty={said.empty}
              columns={columnsIn(said)}
            />
            <div class="row">
              {cursor.value !== undefined && (
                <Button kind="plain" size="small" onPress={() => (cursor.value = undefined)}>
                  {said.newest}
                </Button>
              )}
              {nextCursor !== null && (
                <Button kind="plain" size="small" onPress={() => (cursor.value = nextCursor)}>
                  {said.older}
                </Button>
              )}
            </div>
          </div>
        )}
      </Loaded>
      <ServiceHealth />
    </>
  );
}

function count(key: 'waiting' | 'admittedPerMinute', title: string): Column<Concert> {
  return {
    key,
    title,
    kind: 'number',
    cell: (concert) => <span class={concert[key] === 0 ? 'quiet' : ''}>{number(concert[key])}</span>,
  };
}

function columnsIn(said: (typeof words)['ko']): readonly Column<Concert>[] {
  return [
    {
      key: 'title',
      title: said.concert,
      cell: ({ id, title, venue, firstStartsAt, lastStartsAt }) => (
        <div class="which-concert">
          <a href={`/console/concerts/${id}`}>{titleIn(title)[0]}</a>
          <span class="quiet small">
            {venue} · {dateSpan(firstStartsAt, lastStartsAt)}
          </span>
        </div>
      ),
    },
    { key: 'state', title: said.state, cell: (concert) => <State {...concert} /> },
    count('waiting', said.waiting),
    {
      key: 'active',
      title: said.active,
      kind: 'number',
      cell: ({ active, maxActive }) => (
        <>
          {number(active)} <span class="quiet">/ {number(maxActive)}</span>
        </>
      ),
    },
    count('admittedPerMinute', said.perMinute),
    {
      key: 'sold',
      title: said.sold,
      kind: 'number',
      cell: ({ seatsSold, seatsTotal }) => (
        <div class="how-full">
          <span>
            {number(seatsSold)} <span class="quiet">/ {number(seatsTotal)}</span>
          </span>
          <Bar share={seatsTotal === 0 ? 0 : seatsSold / seatsTotal} />
        </div>
      ),
    },
    { key: 'revenue', title: said.revenue, kind: 'number', cell: ({ revenue }) => money(revenue) },
  ];
}
