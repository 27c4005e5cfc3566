/** How much is sold: in all, by grade, by date; and when it is sold out if it goes on like this. */
import { useSignal } from '@preact/signals';
import { Loaded } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { clockTime, dateAndTime, money, number, say } from '../../words/words.ts';
import { Panel } from '../parts/panel.tsx';
import { usePolled } from './polled.ts';
import { Choice, OnlyDate } from './sales-dates.tsx';
import { Counted, shareOf } from './sales-table.tsx';
import { salesWords, type Forecast, type Sales as Answer } from './sales-words.ts';
import { overview } from './watch.ts';
import './sales.css';

const renew_ms = 2_000;
/** Two hundred dates are half a megabyte, and every twelve seconds is often enough for that. */
const renew_date_ms = 50;

export interface SalesProps {
  readonly concertId: string;
  /** What came with the page, so that nothing below it moves; undefined where it could not be had. */
  readonly first: Answer | undefined;
  readonly read: (signal: AbortSignal) => Promise<Answer>;
}

export function SalesPanel({ concertId, first, read }: SalesProps) {
  const polled = usePolled(concertId, renew_ms + (first?.performances.length ?? 0) * renew_date_ms, read);
  const known = polled.latest.value ?? first;
  const said = say(salesWords);
  return (
    <Panel title={said.title}>
      {known === undefined ? (
        <Loaded of={polled} skeleton={<Skeleton height="16rem" />}>
          {(sales) => <InAll sales={sales} />}
        </Loaded>
      ) : (
        <InAll sales={known} />
      )}
    </Panel>
  );
}

function InAll({ sales }: { readonly sales: Answer }) {
  const said = say(salesWords);
  const chosen = useSignal<string | undefined>(undefined);
  const { total, grades, performances, forecast } = sales;
  const date = performances.find(({ id }) => id === chosen.value);
  return (
    <div class="stack">
      <dl class="stats">
        <Figure name={said.sold} value={number(total.sold)} of={`/ ${number(total.seats)} · ${shareOf(total)}`} />
        <Figure name={said.revenue} value={money(total.net)} />
        {total.cancelled > 0 && (
          <Figure
            name={said.refunds}
            value={money(total.refunds)}
            of={` · ${said.cancelled} ${number(total.cancelled)}`}
          />
        )}
        {total.fees > 0 && <Figure name={said.fees} value={money(total.fees)} />}
        <Figure name={said.held} value={number(total.held)} />
        <Figure name={said.free} value={number(total.available)} />
        <Figure name={said.perMinute} value={perMinute()} />
        <SoldOut forecast={forecast} />
      </dl>
      <Counted
        caption={date === undefined ? said.byGrade : `${said.byGrade}, ${dateAndTime(date.startsAt)}`}
        first={said.grade}
        rows={(date ?? sales).grades.map((grade) => ({ key: grade.grade, name: grade.grade, counts: grade }))}
        sum={grades.length > 1 ? (date ?? total) : undefined}
        withCancelled={total.cancelled > 0}
      />
      {performances.length === 1 && <OnlyDate of={performances[0]} />}
      {performances.length > 1 && (
        <>
          <Counted
            caption={said.byDate}
            first={said.date}
            rows={performances.map((one) => ({
              key: one.id,
              name: <Choice of={one} chosen={chosen} />,
              counts: one,
            }))}
            sum={total}
            withCancelled={total.cancelled > 0}
          />
          <p class="small quiet">{said.choose}</p>
        </>
      )}
    </div>
  );
}

const perMinute = (): string => (overview.value === undefined ? '–' : number(overview.value.admittedPerMinute));

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly of?: string;
}

function Figure({ name, value, of }: FigureProps) {
  return (
    <div class="stat">
      <dt>{name}</dt>
      <dd translate={false}>
        <strong>{value}</strong>
        {of !== undefined && <span class="of"> {of}</span>}
      </dd>
    </div>
  );
}

/** Far away the minute is not known, and is not told. */
function roundedTo(time: string): string {
  const at = Date.parse(time);
  const step_ms = (at - Date.now() > 3_600_000 ? 15 : 1) * 60_000;
  return new Date(Math.ceil(at / step_ms) * step_ms).toISOString();
}

/** Another forecast is another element: a translator of pages then reads it anew. */
function SoldOut({ forecast }: { readonly forecast: Forecast }) {
  const said = say(salesWords);
  const { soldOutAt, because } = forecast;
  if (soldOutAt === null) {
    const [why, words] = because === null ? ['', ''] : [because, said.because[because](forecast)];
    return (
      <div class="stat forecast" key={`${why} ${words}`}>
        <dt>{said.forecast}</dt>
        <dd>
          <strong>{because === 'SOLD_OUT' ? said.soldOut : said.noForecast}</strong>
        </dd>
        <dd class="small quiet">{words}</dd>
      </div>
    );
  }
  const rounded = roundedTo(soldOutAt);
  const today = new Date(Date.now()).toDateString() === new Date(rounded).toDateString();
  return (
    <div class="stat forecast" key="forecast">
      <dt>{said.forecast}</dt>
      <dd translate={false}>
        <strong>{said.about(today ? clockTime(rounded) : dateAndTime(rounded))}</strong>
      </dd>
      <dd class="small quiet" key={said.basis(forecast)}>
        {said.basis(forecast)}
      </dd>
    </div>
  );
}
