/** The programme: what is on sale, when, where, from how much, and how full. Opens for everybody. */
import { useSignal } from '@preact/signals';
import { ask, type Reply } from '../../client/client.ts';
import { asProblem, type Problem } from '../../client/problem.ts';
import { Bar } from '../../ui/bar.tsx';
import { Button } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Notice, Refused } from '../../ui/notice.tsx';
import { Seal } from '../../ui/seal.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { counted } from '../../words/language.ts';
import {
  clockTime,
  date,
  dateWithYear,
  dayAndMonth,
  money,
  number,
  say,
  titleIn,
  yearIfAnother,
} from '../../words/words.ts';
import { wayOf } from '../lines.tsx';
import { standingIn } from '../places.ts';
import { Found, NothingFound, Search, searchedFor, searchTitle } from '../search.tsx';
import { useTitle } from '../title.ts';
import './home.css';

const words = {
  ko: {
    title: '공연',
    lead: '모두가 한꺼번에 와도, 순서대로.',
    text: '온 순서대로 입장하고, 선택한 좌석은 한 사람에게만 팔려요.',
    list: '예매 중인 공연',
    from: (price: string) => `${price}부터`,
    sold: (share: number) => (share >= 1 ? `${share}% 판매` : '이제 막 열렸어요'),
    left: (count: string) => `${count}석 남음`,
    out: '매진',
    until: (last: string) => `${last}까지`,
    mine: { waiting: '내 대기 순서 보기', turn: '내 차례예요' },
    empty: '아직 예매 중인 공연이 없어요',
    emptyText: '새 공연이 열리면 여기에서 볼 수 있어요.',
    more: '더 보기',
  },
  en: {
    title: 'Concerts',
    lead: 'Everybody at once, one after another.',
    text: 'You are admitted in order of arrival, and the seat you choose is sold to you alone.',
    list: 'On sale now',
    from: (price: string) => `from ${price}`,
    sold: (share: number) => (share >= 1 ? `${share}% sold` : 'Just opened'),
    left: (count: string) => `${counted(count, 'seat')} left`,
    out: 'Sold out',
    until: (last: string) => `to ${last}`,
    mine: { waiting: 'See your place in line', turn: 'It is your turn' },
    empty: 'Nothing is on sale yet',
    emptyText: 'New concerts appear here as soon as they open.',
    more: 'Show more',
  },
};

type Concerts = Reply<'listConcerts'>;
type Concert = Concerts['concerts'][number];

const page_size = 30;

const queryOf = (q: string) => ({ limit: page_size, ...(q !== '' && { q }) });

export function Home() {
  const said = say(words);
  const q = searchedFor();
  useTitle(q === '' ? '' : searchTitle(q));
  const load = useLoad(`concerts ${q}`, (signal) => ask('listConcerts', { query: queryOf(q), signal }));
  return (
    <div class="home">
      {q === '' ? (
        <div key="all" class="intro">
          <h1>{said.lead}</h1>
          <p>{said.text}</p>
        </div>
      ) : (
        <div key="found" class="intro brief">
          <h1 key={q}>{searchTitle(q)}</h1>
        </div>
      )}
      <Search q={q} />
      <h2 class="hidden">{said.list}</h2>
      <Loaded of={load} skeleton={<ProgrammeSkeleton />}>
        {(first) => <Programme key={q} q={q} first={first} />}
      </Loaded>
    </div>
  );
}

function Programme({ q, first }: { q: string; first: Concerts }) {
  const said = say(words);
  const concerts = useSignal(first.concerts);
  const cursor = useSignal(first.nextCursor);
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  if (concerts.value.length === 0) {
    return q !== '' ? (
      <NothingFound />
    ) : (
      <Notice kind="calm" title={said.empty}>
        <p class="quiet">{said.emptyText}</p>
      </Notice>
    );
  }
  const more = async (): Promise<void> => {
    busy.value = true;
    problem.value = undefined;
    try {
      const next = await ask('listConcerts', { query: { ...queryOf(q), cursor: cursor.value ?? '' } });
      // What sold out meanwhile stands in the list again, at its end: there it belongs now.
      const named = new Set(next.concerts.map(({ id }) => id));
      concerts.value = [...concerts.value.filter(({ id }) => !named.has(id)), ...next.concerts];
      cursor.value = next.nextCursor;
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };
  return (
    <div class="stack wide">
      {q !== '' && <Found count={concerts.value.length} isAll={cursor.value === null} />}
      <ul class="programme">
        {concerts.value.map((concert) => (
          <Bill key={concert.id} concert={concert} />
        ))}
      </ul>
      {problem.value !== undefined && <Refused problem={problem.value} />}
      {cursor.value !== null && (
        <div>
          <Button kind="plain" busy={busy.value} onPress={() => void more()}>
            {said.more}
          </Button>
        </div>
      )}
    </div>
  );
}

function Bill({ concert }: { concert: Concert }) {
  const [title, second] = titleIn(concert.title);
  return (
    <li class={concert.soldOut ? 'bill out' : 'bill'}>
      <Days concert={concert} />
      <div>
        <h2>
          <a href={`/concerts/${concert.id}`}>{title}</a>
        </h2>
        {second !== undefined && <p class="second">{second}</p>}
        <p class="who">
          {concert.artist} <span class="quiet">· {concert.venue}</span>
        </p>
      </div>
      <SaleOf concert={concert} />
    </li>
  );
}

function SaleOf({ concert }: { concert: Concert }) {
  const said = say(words);
  const standing = standingIn(concert.id);
  const share = concert.seatsTotal === 0 ? 0 : concert.seatsSold / concert.seatsTotal;
  if (concert.soldOut) {
    return (
      <div class="sale">
        <Seal size={76} label={said.out} />
      </div>
    );
  }
  return (
    <div class="sale">
      <span class="price">{said.from(money(concert.priceFrom))}</span>
      <Bar share={share} />
      <span class="small quiet">
        {said.sold(Math.floor(share * 100))} · {said.left(number(concert.seatsTotal - concert.seatsSold))}
      </span>
      {standing !== 'none' && (
        <a key={standing} class="mine" href={wayOf(concert.id, standing)}>
          {said.mine[standing]}
        </a>
      )}
    </div>
  );
}

/** `1월 21일(목)`, and under it when it begins, or how long it runs. */
function Days({ concert }: { concert: Concert }) {
  const said = say(words);
  const { nextStartsAt: first, lastStartsAt: last } = concert;
  const isOne = dateWithYear(first) === dateWithYear(last);
  const about = isOne ? [yearIfAnother(first), clockTime(first)].filter(Boolean).join(' · ') : said.until(date(last));
  return (
    <p class="day">
      <b>{dayAndMonth(first)}</b>
      <span class="quiet">{about}</span>
    </p>
  );
}

function ProgrammeSkeleton() {
  return (
    <div class="programme">
      {[1, 2, 3].map((line) => (
        <div key={line} class="bill">
          <Skeleton width="6rem" height="2.4rem" />
          <div class="stack">
            <Skeleton width="70%" height="2.4rem" />
            <Skeleton width="45%" height="1.4rem" />
          </div>
          <Skeleton height="3.4rem" />
        </div>
      ))}
    </div>
  );
}
