/** One sale: how it goes, how it went for the last hour, and the controls. */
import { useEffect } from 'preact/hooks';
import { ask, type Reply } from '../../client/client.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { dateAndTime, money, number, say, titleIn } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Stat } from '../parts/stat.tsx';
import type { PageProps } from '../routes.tsx';
import { Charts } from './charts.tsx';
import { ServiceHealth } from './service-health.tsx';
import { Steer } from './steer.tsx';
import { overview, watch } from './watch.ts';
import './concert.css';

const words = {
  ko: {
    perMinute: '분당 입장',
    available: '남은 좌석',
    held: '선점',
    revenue: '매출',
    fan: '팬이 보는 대기실',
    log: '이 공연의 작업 기록',
  },
  en: {
    perMinute: 'Admitted per minute',
    available: 'Seats left',
    held: 'Held',
    revenue: 'Revenue',
    fan: 'What fans see',
    log: 'Log of this concert',
  },
};

type Concert = Reply<'getConcertSettings'>;

export function ConcertPage({ params: { concertId = '' } }: PageProps) {
  const concert = useLoad(concertId, (signal) => ask('getConcertSettings', { params: { concertId }, signal }));
  return (
    <Loaded of={concert} skeleton={<Skeleton height="30rem" />}>
      {(data) => <Sale concert={data} />}
    </Loaded>
  );
}

function Sale({ concert: { id, title, venue, artist, firstStartsAt } }: { readonly concert: Concert }) {
  useEffect(() => watch({ concertId: id, title }), [id, title]);
  const said = say(words);
  return (
    <>
      <PageHead
        title={titleIn(title)[0]}
        actions={
          <>
            <ButtonLink kind="plain" size="small" href={`/console/log?concert=${id}`}>
              {said.log}
            </ButtonLink>
            <ButtonLink kind="plain" size="small" href={`/concerts/${id}/wait`}>
              {said.fan}
            </ButtonLink>
          </>
        }
      >
        {artist} · {venue} · {dateAndTime(firstStartsAt)}
      </PageHead>
      <div class="sale">
        <div class="stack">
          <Numbers />
          <Charts concertId={id} />
          <ServiceHealth />
        </div>
        <aside>
          <Steer concertId={id} />
        </aside>
      </div>
    </>
  );
}

const shown = (value: number | undefined, format = number): string => (value === undefined ? '–' : format(value));

/** What the strip above does not say. */
function Numbers() {
  const said = say(words);
  const now = overview.value;
  return (
    <dl class="stats">
      <Stat label={said.perMinute} value={shown(now?.admittedPerMinute)} />
      <Stat label={said.available} value={shown(now?.seats.available)} />
      <Stat label={said.held} value={shown(now?.seats.held)} />
      <Stat label={said.revenue} value={shown(now?.revenue, money)} />
    </dl>
  );
}
