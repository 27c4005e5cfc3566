/** How much is sold: in all, by grade, by date; and when it is sold out if it goes on like this. */
import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { Bar } from '../../ui/bar.tsx';
import { Loaded } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { clockTime, dateAndTime, money, number, say } from '../../words/words.ts';
import { Panel } from '../parts/panel.tsx';
import { usePolled } from './polled.ts';
import { salesWords, type Forecast, type Sales as Answer } from './sales-words.ts';
import { overview } from './watch.ts';
import './sales.css';

type Counts = Answer['total'];

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
      />
      {performances.length > 1 && (
        <>
          <Counted
            caption={said.byDate}
            first={said.date}
            rows={performances.map((one) => ({ key: one.id, name: <Choice of={one} chosen={chosen} />, counts: one }))}
            sum={total}
          />
          <p class="small quiet">{said.choose}</p>
        </>
      )}
    </div>
  );
}

const perMinute = (): string => (overview.value === undefined ? '–' : number(overview.value.admittedPerMinute));

/** Rounded down: what is not sold out never says 100 %. */
function shareOf({ sold, seats }: Counts): string {
  return `${number(seats === 0 ? 0 : Math.floor((sold / seats) * 1_000) / 10)}%`;
}

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

interface ChoiceProps {
  readonly of: Answer['performances'][number];
  readonly chosen: { value: string | undefined };
}

function Choice({ of: { id, startsAt }, chosen }: ChoiceProps) {
  return (
    <button
      type="button"
      class="date-choice"
      translate={false}
      aria-pressed={chosen.value === id}
      onClick={() => {
        chosen.value = chosen.value === id ? undefined : id;
      }}
    >
      {dateAndTime(startsAt)}
    </button>
  );
}

interface CountedProps {
  /** Seen and read aloud. */
  readonly caption: string;
  /** The head of the first column. */
  readonly first: string;
  readonly rows: readonly { readonly key: string; readonly name: ComponentChildren; readonly counts: Counts }[];
  readonly sum: Counts | undefined;
}

/** A table with its sum; many rows scroll inside it, between head and sum. */
function Counted({ caption, first, rows, sum }: CountedProps) {
  const said = say(salesWords);
  return (
    <div class="table sales-table" tabindex={0} role="group" aria-label={caption}>
      <table>
        <caption key={caption}>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{first}</th>
            {[said.soldOf, said.revenue, said.share, said.held, said.free].map((head) => (
              <th key={head} scope="col" class="number">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, counts }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              <Cells of={counts} />
            </tr>
          ))}
        </tbody>
        {sum !== undefined && (
          <tfoot>
            <tr>
              <th scope="row">{said.sum}</th>
              <Cells of={sum} />
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function Cells({ of }: { readonly of: Counts }) {
  const { sold, seats, held, available, net } = of;
  return (
    <>
      <td class="number" translate={false}>
        {number(sold)} <span class="quiet">/ {number(seats)}</span>
      </td>
      <td class="number" translate={false}>
        {money(net)}
      </td>
      <td class="number share" translate={false}>
        {shareOf(of)}
        <Bar share={seats === 0 ? 0 : sold / seats} />
      </td>
      <td class={`number ${held === 0 ? 'quiet' : ''}`} translate={false}>
        {number(held)}
      </td>
      <td class="number" translate={false}>
        {number(available)}
      </td>
    </>
  );
}
