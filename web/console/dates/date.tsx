/** One date of a concert: how it stands, moving it, calling it off, and how far its refunds have come. */
import { ask, type Reply } from '../../client/client.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Loaded, useLoad, useReloadWhenSeen, type Load } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { dateAndTime, money, number, say, titleIn } from '../../words/words.ts';
import { ConditionOf } from '../desk/states.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Panel } from '../parts/panel.tsx';
import { Stat } from '../parts/stat.tsx';
import type { PageProps } from '../routes.tsx';
import { CallOff } from './call-off.tsx';
import { dateWords } from './date-words.ts';
import { Move } from './move.tsx';
import { Refunding } from './refunding.tsx';
import '../refunds/refunds.css';
import '../desk/desk.css';

export type OneDate = Reply<'getPerformance'>;

export interface DateProps {
  readonly date: OneDate;
  readonly load: Load<OneDate>;
}

export function DatePage({ params: { performanceId = '' } }: PageProps) {
  const load = useLoad(performanceId, (signal) => ask('getPerformance', { params: { performanceId }, signal }));
  useReloadWhenSeen(load);
  return (
    <Loaded of={load} skeleton={<Skeleton height="24rem" />}>
      {(date) => <Shown date={date} load={load} />}
    </Loaded>
  );
}

function Shown({ date, load }: DateProps) {
  const said = say(dateWords);
  const { concertId, concertTitle, startsAt, status, started } = date;
  return (
    <>
      <PageHead
        title={dateAndTime(startsAt)}
        actions={
          <>
            <ButtonLink kind="plain" size="small" href={`/console/log?concert=${concertId}`}>
              {said.log}
            </ButtonLink>
            <ButtonLink kind="plain" size="small" href={`/console/concerts/${concertId}`}>
              {said.concert}
            </ButtonLink>
          </>
        }
      >
        {titleIn(concertTitle)[0]}
      </PageHead>
      <Facts date={date} />
      {status === 'CANCELLED' && <Refunding performanceId={date.id} onDone={load.reload} />}
      {status === 'SCHEDULED' && (
        <>
          {started && <p class="quiet">{said.started}</p>}
          <Move key={startsAt} date={date} load={load} />
          <CallOff date={date} load={load} />
        </>
      )}
    </>
  );
}

function Facts({ date }: { readonly date: OneDate }) {
  const said = say(dateWords);
  const { status, movedFrom, paid, held, givenBack, seatsTotal } = date;
  const state = movedFrom === null ? 'SCHEDULED' : 'MOVED';
  return (
    <Panel title={said.title} aside={movedFrom === null ? undefined : said.movedFrom(dateAndTime(movedFrom))}>
      <dl class="stats">
        <div class="stat">
          <dt>{said.state}</dt>
          <dd>
            <strong>
              <ConditionOf of={status === 'CANCELLED' ? 'CALLED_OFF' : state} />
            </strong>
          </dd>
        </div>
        <Stat label={said.reservations} value={number(paid.reservations)} of={said.fans(number(paid.fans))} />
        <Stat label={said.seats} value={number(paid.seats)} of={`/ ${number(seatsTotal)}`} />
        <Stat label={said.amount} value={money(paid.amount)} />
        {held.seats > 0 && <Stat label={said.held} value={number(held.seats)} />}
        {givenBack.seats > 0 && (
          <>
            <Stat label={said.cancelled} value={number(givenBack.seats)} />
            <Stat label={said.refunds} value={money(givenBack.refunds)} />
            <Stat label={said.fees} value={money(givenBack.fees)} />
          </>
        )}
        {givenBack.compensations > 0 && <Stat label={said.compensations} value={money(givenBack.compensations)} />}
      </dl>
    </Panel>
  );
}
