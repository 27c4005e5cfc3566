/** The dates of a concert, for those whose turn it is. */
import { useEffect } from 'preact/hooks';
import { ask, type Reply } from '../../client/client.ts';
import { withPlace } from '../../place/place.ts';
import { Bar } from '../../ui/bar.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Notice } from '../../ui/notice.tsx';
import { OwnTime } from '../../ui/own-time.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { clockTime, date, number, say, titleIn } from '../../words/words.ts';
import { concertOf, dateIn } from '../concerts.ts';
import { WhyOff } from '../date-news.tsx';
import { NoPlace } from '../no-place.tsx';
import { tokenIn } from '../places.ts';
import { go } from '../router.ts';
import type { PageProps } from '../routes.ts';
import { isCalledOff } from '../sale-shown.tsx';
import { useTitle } from '../title.ts';
import { TurnBar } from '../turn-bar.tsx';
import './dates.css';

const words = {
  ko: {
    title: '회차 선택',
    left: (count: string) => `${count}석 남음`,
    out: '매진',
    held: (count: string) => `${count}석 선점`,
    soldOut: '매진됐어요',
    soldOutText: '모든 좌석이 팔렸어요. 결제가 취소되면 여기에 다시 나타나요.',
    none: '지금은 남은 좌석이 없어요',
    noneText: '선점됐다가 결제되지 않은 좌석은 다시 나와요. 이 화면은 몇 초마다 새로 확인해요.',
    choose: '좌석 선택',
    off: '공연 취소',
    allOff: '공연이 취소됐어요',
    allOffText: '예매한 분은 결제한 금액 전부를 환불받아요. 선점한 좌석으로 결제된 금액은 없어요.',
    others: '다른 공연 보기',
  },
  en: {
    title: 'Choose a date',
    left: (count: string) => `${count} left`,
    out: 'Sold out',
    held: (count: string) => `${count} held`,
    soldOut: 'Sold out',
    soldOutText: 'Every seat is sold. If a ticket is cancelled, it shows here.',
    none: 'No seats left right now',
    noneText: 'Held seats that are not paid for come back. This page checks every few seconds.',
    choose: 'Choose seats',
    off: 'Called off',
    allOff: 'The show was called off',
    allOffText: 'Whoever has tickets gets back all that they paid. Nothing was paid for seats that were only held.',
    others: 'See other concerts',
  },
};

const reload_ms = 4_000;

export function Dates({ params }: PageProps) {
  const { concertId = '' } = params;
  const said = say(words);
  useTitle(said.title);
  const { place, isAsked } = tokenIn(concertId);
  if (place === undefined) return <NoPlace concertId={concertId} heading={said.title} isAsked={isAsked} />;
  return <Choose key={place} concertId={concertId} place={place} />;
}

function Choose({ concertId, place }: { concertId: string; place: string }) {
  const said = say(words);
  const load = useLoad(place, (signal) => askDates(concertId, place, signal));
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && load.state.peek().at === 'ready') load.reload();
    }, reload_ms);
    return () => clearInterval(timer);
  }, [load]);
  const state = load.state.value;
  const only = state.at === 'ready' ? onlyOne(state.data.performances) : undefined;
  useEffect(() => {
    if (only !== undefined && only.seatsAvailable > 0) go(pathOf(only.id), { replace: true });
  }, [only?.id]);
  return (
    <div class="choose-date">
      <TurnBar concertId={concertId} place={place} />
      <h1>{said.title}</h1>
      <Loaded
        of={load}
        concertId={concertId}
        skeleton={[1, 2, 3].map((line) => (
          <Skeleton key={line} height="5rem" />
        ))}
      >
        {({ concert, performances, held }) => (
          <>
            <p class="quiet">
              {titleIn(concert.title)[0]} · {concert.venue}
            </p>
            {isCalledOff(concert) ? (
              <AllOff />
            ) : (
              performances.every(({ seatsAvailable }) => seatsAvailable === 0) && (
                <NoneLeft canComeBack={[...held.values()].some((seats) => seats > 0)} />
              )
            )}
            <ul class="day-list">
              {performances.map((one) =>
                one.status === 'CANCELLED' ? (
                  <OffDay key={one.id} startsAt={one.startsAt} notice={dateIn(concert, one.id)?.notice ?? null} />
                ) : (
                  <Day key={one.id} {...one} held={held.get(one.id) ?? 0} />
                ),
              )}
            </ul>
          </>
        )}
      </Loaded>
    </div>
  );
}

/** The dates that one can choose, and those that were called off; not those that have begun. */
async function askDates(concertId: string, place: string, signal: AbortSignal) {
  const [concert, sale, { performances }] = await Promise.all([
    concertOf(concertId),
    // Without it the dates are as good; one that is held altogether then reads as sold out.
    ask('getSale', { params: { concertId }, signal }).catch(() => undefined),
    withPlace(concertId, place, (current) =>
      ask('listPerformances', { params: { concertId }, query: { status: 'all' }, place: current, signal }),
    ),
  ]);
  const held = new Map(sale?.performances.map((one) => [one.id, one.held]));
  const begun = new Set(
    concert.performances.filter(({ onSale, status }) => !onSale && status === 'SCHEDULED').map(({ id }) => id),
  );
  return { concert, performances: performances.filter(({ id }) => !begun.has(id)), held };
}

/** A choice of one is none. */
function onlyOne(performances: Reply<'listPerformances'>['performances']) {
  const open = performances.filter(({ status }) => status === 'SCHEDULED');
  return open.length === 1 ? open[0] : undefined;
}

function AllOff() {
  const said = say(words);
  return (
    <Notice kind="calm" title={said.allOff} actions={<ButtonLink href="/">{said.others}</ButtonLink>}>
      <p class="quiet">{said.allOffText}</p>
    </Notice>
  );
}

function OffDay({ startsAt, notice }: { readonly startsAt: string; readonly notice: string | null }) {
  const said = say(words);
  return (
    <li>
      <div class="day-line out">
        <s class="when">
          <b>{date(startsAt)}</b> <span translate={false}>{clockTime(startsAt)}</span>
        </s>
        <span>{said.off}</span>
        <div class="day-news small">
          <WhyOff notice={notice} />
        </div>
      </div>
    </li>
  );
}

/** Seats that are held may come back, and then one waits here; those that are sold do not. */
function NoneLeft({ canComeBack }: { readonly canComeBack: boolean }) {
  const said = say(words);
  return (
    <Notice key={String(canComeBack)} kind="calm" title={canComeBack ? said.none : said.soldOut}>
      <p class="quiet">{canComeBack ? said.noneText : said.soldOutText}</p>
    </Notice>
  );
}

function pathOf(performanceId: string): string {
  const [concertId = '', number = ''] = performanceId.split('-');
  return `/concerts/${concertId}/dates/${number}`;
}

interface DayProps {
  readonly id: string;
  readonly startsAt: string;
  readonly seatsTotal: number;
  readonly seatsAvailable: number;
  readonly held: number;
}

function Day({ id, startsAt, seatsTotal, seatsAvailable, held }: DayProps) {
  const said = say(words);
  const none = held > 0 ? said.held(number(held)) : said.out;
  const inside = (
    <>
      <span class="when">
        <b>{date(startsAt)}</b> <span translate={false}>{clockTime(startsAt)}</span> <OwnTime at={startsAt} />
      </span>
      <span>{seatsAvailable === 0 ? none : said.left(number(seatsAvailable))}</span>
      <Bar share={1 - seatsAvailable / seatsTotal} />
    </>
  );
  return (
    <li>
      {seatsAvailable === 0 ? (
        <span class="day-line out">{inside}</span>
      ) : (
        <a class="day-line" href={pathOf(id)}>
          {inside}
        </a>
      )}
    </li>
  );
}
