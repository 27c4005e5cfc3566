/** Choosing seats: the map, the list beside it, "best together", and the sheet with the sum and the one button. */
import { signal, useSignal, useSignalEffect, type Signal } from '@preact/signals';
import { ask } from '../../client/client.ts';
import { withPlace } from '../../place/place.ts';
import { createHall } from '../../seats/hall.ts';
import { Legend } from '../../seats/legend.tsx';
import { SeatList } from '../../seats/list.tsx';
import { MapView } from '../../seats/map-view.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { LiveRegion } from '../../ui/live-region.tsx';
import { OwnTime } from '../../ui/own-time.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { dateAndTime, say, titleIn } from '../../words/words.ts';
import { concertOf, dateIn, type Concert } from '../concerts.ts';
import { DateOff, MovedNow } from '../date-gone.tsx';
import { NoPlace } from '../no-place.tsx';
import { tokenIn } from '../places.ts';
import type { PageProps } from '../routes.ts';
import { SelectionSheet } from '../selection-sheet.tsx';
import { Together } from '../together.tsx';
import { useSelection, type Chosen } from '../selection.ts';
import { useTitle } from '../title.ts';
import { TurnBar } from '../turn-bar.tsx';
import './seats.css';

const words = {
  ko: {
    title: '좌석 선택',
    other: '다른 회차',
    list: '구역과 좌석 목록',
    views: { map: '지도', list: '목록' },
    how: '보는 방법',
  },
  en: {
    title: 'Choose seats',
    other: 'Other dates',
    list: 'Sections and seats',
    views: { map: 'Map', list: 'List' },
    how: 'View',
  },
};

export function Seats({ params }: PageProps) {
  const { concertId = '', date: day = '' } = params;
  const said = say(words);
  useTitle(said.title);
  const { place, isAsked } = tokenIn(concertId);
  if (place === undefined) return <NoPlace concertId={concertId} heading={said.title} isAsked={isAsked} />;
  return <Choose key={place} concertId={concertId} performanceId={`${concertId}-${day}`} place={place} />;
}

function Choose({ concertId, performanceId, place }: { concertId: string; performanceId: string; place: string }) {
  const said = say(words);
  const load = useLoad(performanceId, async (signal) => {
    const [concert, data] = await Promise.all([
      concertOf(concertId),
      withPlace(concertId, place, (current) =>
        ask('getSeatMap', { params: { performanceId }, place: current, signal }),
      ),
    ]);
    return { concert, hall: createHall(data) };
  });
  const isOver = useSignal(false);
  return (
    <div class="choose-seats">
      <TurnBar concertId={concertId} place={place} isOver={isOver.value} />
      <h1>{said.title}</h1>
      <Loaded of={load} concertId={concertId} skeleton={<HallSkeleton />}>
        {({ concert, hall }) => (
          <>
            <About concert={concert} startsAt={hall.startsAt} />
            {dateIn(concert, performanceId)?.status === 'CANCELLED' ? (
              <DateOff concertId={concertId} performanceId={performanceId} />
            ) : (
              <Hall chosen={{ hall, performanceId, place, concertId }} isOver={isOver} />
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}

function About({ concert, startsAt }: { concert: Concert; startsAt: string }) {
  return (
    <p class="quiet about">
      {titleIn(concert.title)[0]} · {dateAndTime(startsAt)} <OwnTime at={startsAt} />
      {concert.performances.length > 1 && <a href={`/concerts/${concert.id}/dates`}>{say(words).other}</a>}
    </p>
  );
}

function Hall({ chosen, isOver }: { chosen: Chosen; isOver: Signal<boolean> }) {
  const said = say(words);
  const selection = useSelection(chosen);
  useSignalEffect(() => {
    if (selection.problem.value?.code === 'ADMISSION_EXPIRED') isOver.value = true;
  });
  const { hall } = chosen;
  const parts = {
    hall,
    selected: selection.selected,
    section: selection.section,
    onToggle: selection.toggle,
    onSection: selection.open,
  };
  const view = useSignal<View>('map');
  const hasList = isWide.value || view.value === 'list';
  const news = selection.news.value;
  if (news?.status === 'CANCELLED')
    return <DateOff concertId={chosen.concertId} performanceId={chosen.performanceId} />;
  return (
    <>
      {news !== undefined && <MovedNow from={hall.startsAt} to={news.startsAt} />}
      <div class="views" role="group" aria-label={said.how}>
        {(['map', 'list'] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={view.value === one}
            onClick={() => {
              view.value = one;
            }}
          >
            {said.views[one]}
          </button>
        ))}
      </div>
      <div class="hall-view" data-view={view.value}>
        <Together hall={hall} onFind={selection.together} />
        <div class="hall-map">
          <MapView {...parts} />
          <Legend hall={hall} />
        </div>
        {hasList && (
          <section class="hall-list" aria-label={said.list}>
            <SeatList {...parts} />
          </section>
        )}
      </div>
      <SelectionSheet selection={selection} hall={hall} concertId={chosen.concertId} />
      <LiveRegion text={selection.told.value} />
    </>
  );
}

type View = 'map' | 'list';

/** There is room for the list beside the map; on a phone one of the two is shown. */
const wide = matchMedia('(min-width: 1000px)');
const isWide = signal(wide.matches);
wide.addEventListener('change', () => {
  isWide.value = wide.matches;
});

function HallSkeleton() {
  return (
    <div class="stack">
      <Skeleton width="50%" height="1.6rem" />
      <Skeleton height="24rem" />
      <Skeleton height="5rem" />
    </div>
  );
}
