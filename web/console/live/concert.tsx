/** One sale: what is sold, the controls, how refunds go, and, folded, how it went for the last hour. */
import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import { ask, type Reply } from '../../client/client.ts';
import { keep, read } from '../../client/store.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { dateSpan, say, titleIn } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { TermsPanel } from '../refunds/terms-panel.tsx';
import type { PageProps } from '../routes.tsx';
import { Charts } from './charts.tsx';
import { SalesPanel } from './sales.tsx';
import { salesWords } from './sales-words.ts';
import { isUnwell, ServiceHealth } from './service-health.tsx';
import { Steer } from './steer.tsx';
import { watch } from './watch.ts';
import './concert.css';

const words = {
  ko: { fan: '팬이 보는 대기실', log: '이 공연의 작업 기록' },
  en: { fan: 'What fans see', log: 'Log of this concert' },
};

interface SaleProps {
  readonly concert: Reply<'getConcertSettings'>;
  readonly sales: Reply<'getSales'> | undefined;
}

const readSales = (concertId: string) => (signal: AbortSignal) => ask('getSales', { params: { concertId }, signal });

export function ConcertPage({ params: { concertId = '' } }: PageProps) {
  const load = useLoad(concertId, async (signal): Promise<SaleProps> => {
    const [concert, sales] = await Promise.all([
      ask('getConcertSettings', { params: { concertId }, signal }),
      // The brake is there, whatever becomes of the numbers.
      readSales(concertId)(signal).catch(() => undefined),
    ]);
    return { concert, sales };
  });
  return (
    <Loaded of={load} skeleton={<Skeleton height="30rem" />}>
      {(data) => <Sale {...data} />}
    </Loaded>
  );
}

function Sale({ concert, sales }: SaleProps) {
  const { id, title, venue, artist, firstStartsAt, lastStartsAt } = concert;
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
        {artist} · {venue} · {dateSpan(firstStartsAt, lastStartsAt)}
      </PageHead>
      <div class="sale">
        <SalesPanel concertId={id} first={sales} read={readSales(id)} />
        <aside>
          <Steer concertId={id} />
        </aside>
        <div class="stack">
          <TermsPanel concertId={id} />
          <ChartsFold concertId={id} />
        </div>
      </div>
    </>
  );
}

const fold_key = 'maejin.console.charts';
const areUnfolded = signal(read(fold_key) === 'open');

/** For whoever looks for a cause: folded until somebody unfolds them, and as they were left on this device. */
function ChartsFold({ concertId }: { readonly concertId: string }) {
  const said = say(salesWords);
  return (
    <details
      class="fold"
      open={areUnfolded.value}
      onToggle={({ currentTarget: { open } }) => {
        if (open === areUnfolded.peek()) return;
        areUnfolded.value = open;
        keep(fold_key, open ? 'open' : 'folded');
      }}
    >
      <summary>
        {said.charts}
        {isUnwell() && <span class="alarm">{said.unwell}</span>}
      </summary>
      {areUnfolded.value && (
        <div class="stack">
          <Charts concertId={concertId} />
          <ServiceHealth />
        </div>
      )}
    </details>
  );
}
