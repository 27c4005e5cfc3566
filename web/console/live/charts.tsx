/** The last hour of a sale in small charts, one under the other on one time axis. */
import { signal } from '@preact/signals';
import { Skeleton } from '../../ui/skeleton.tsx';
import { money, number, say } from '../../words/words.ts';
import { Loaded } from '../../ui/load.tsx';
import { Panel } from '../parts/panel.tsx';
import { hall } from '../../words/dates.ts';
import { Chart, clock, cursor, type Line } from './chart.tsx';
import { Late } from './late.tsx';
import { createHistory, lastMinutes, type History } from './history.ts';
import { usePolled, type Polled } from './polled.ts';
import './charts.css';

const words = {
  ko: {
    title: (minutes: number) => (minutes === 60 ? '지난 한 시간' : `지난 ${minutes}분`),
    now: '지금 숫자예요. 차트를 가리키면 그때의 숫자가 나와요.',
    at: (time: string) => `${time}의 숫자예요.`,
    span: '보이는 기간',
    minutes: (minutes: number) => `${minutes}분`,
    line: '대기열',
    waiting: '대기',
    inside: '입장',
    active: '이용 중',
    max: '최대',
    admitted: '분당 입장',
    seats: '좌석',
    reserved: '판매',
    held: '선점',
    available: '남음',
    revenue: '매출',
    refusals: '거절, 분당 (모든 공연)',
    none: '거절 없음',
    requests: '요청, 초당 (모든 공연)',
    answered: '응답',
    errors: '오류',
    health: '서버와 DB (밀리초)',
    loop: '최대 지연',
    commit: '커밋',
    servers: '서버',
    more: (codes: number) => `그 밖에 ${codes}가지`,
  },
  en: {
    title: (minutes: number) => (minutes === 60 ? 'The last hour' : `The last ${minutes} minutes`),
    now: 'These are the numbers now. Point at a chart to see them at any moment.',
    at: (time: string) => `The numbers at ${time}.`,
    span: 'Time shown',
    minutes: (minutes: number) => `${minutes} min`,
    line: 'Line',
    waiting: 'Waiting',
    inside: 'Inside',
    active: 'Inside',
    max: 'Maximum',
    admitted: 'Admitted per minute',
    seats: 'Seats',
    reserved: 'Sold',
    held: 'Held',
    available: 'Available',
    revenue: 'Revenue',
    refusals: 'Refusals per minute, all concerts',
    none: 'No refusals',
    requests: 'Requests per second, all concerts',
    answered: 'Answered',
    errors: 'Errors',
    health: 'Servers and database, ms',
    loop: 'Longest stall',
    commit: 'Commit',
    servers: 'Servers',
    more: (codes: number) => `and ${codes} more`,
  },
};

const renew_ms = 5_000;
const spans = [10, 30, 60] as const;
const codes_shown_max = 4;
const tones: readonly Line['tone'][] = ['main', 'second', 'third', 'faint'];

const whole = (value: number): string => number(Math.round(value));
const tenth = (value: number): string => number(Math.round(value * 10) / 10);

/** How far back the charts look: kept for as long as the console is open, whichever concert is looked at. */
const span = signal<(typeof spans)[number]>(60);

export function Charts({ concertId }: { readonly concertId: string }) {
  const said = say(words);
  const polled = usePolled(concertId, renew_ms, createHistory(concertId));
  return (
    <Panel title={said.title(span.value)} aside={<Spans />}>
      <Loaded of={polled} skeleton={<Skeleton height="40rem" />}>
        {(hour) => <Sections of={polled} history={span.value === 60 ? hour : lastMinutes(hour, span.value)} />}
      </Loaded>
    </Panel>
  );
}

function Spans() {
  const said = say(words);
  return (
    <span class="spans" role="group" aria-label={said.span}>
      {spans.map((minutes) => (
        <button
          key={minutes}
          type="button"
          aria-pressed={span.value === minutes}
          onClick={() => {
            cursor.value = null;
            span.value = minutes;
          }}
        >
          {said.minutes(minutes)}
        </button>
      ))}
    </span>
  );
}

function Sections({ of, history }: { readonly of: Polled<History>; readonly history: History }) {
  const said = say(words);
  const time = cursor.value === null ? undefined : history.times[cursor.value];
  return (
    <>
      {time === undefined && of.lateSeconds.value !== undefined ? (
        <Late of={of} />
      ) : (
        <p class="when small quiet">{time === undefined ? said.now : said.at(`${clock(time, true)} ${hall.name}`)}</p>
      )}
      <div class="charts">
        <SaleCharts history={history} />
        <ServiceCharts history={history} />
      </div>
    </>
  );
}

function SaleCharts({ history }: { readonly history: History }) {
  const said = say(words);
  const { available = [], taken = [] } = history.series;
  const total = (available.findLast((value) => value !== null) ?? 0) + (taken.findLast((value) => value !== null) ?? 0);
  return (
    <>
      <Chart
        title={said.line}
        history={history}
        lines={[{ name: 'waiting', label: said.waiting, tone: 'main', filled: true }]}
      />
      <Chart
        title={said.inside}
        history={history}
        lines={[
          { name: 'active', label: said.active, tone: 'main', filled: true },
          { name: 'maxActive', label: said.max, tone: 'second', dashed: true },
        ]}
      />
      <Chart
        title={said.admitted}
        history={history}
        lines={[{ name: 'admittedPerMinute', label: said.admitted, tone: 'main', filled: true }]}
      />
      <Chart
        title={said.seats}
        history={history}
        reach={total}
        lines={[
          { name: 'taken', told: 'held', label: said.held, tone: 'third', filled: true },
          { name: 'reserved', label: said.reserved, tone: 'main', filled: true },
          { name: 'available', label: said.available, tone: 'faint', dashed: true },
        ]}
      />
      <Chart
        title={said.revenue}
        history={history}
        format={money}
        lines={[{ name: 'revenue', label: said.revenue, tone: 'main', filled: true }]}
      />
    </>
  );
}

function ServiceCharts({ history }: { readonly history: History }) {
  const said = say(words);
  const codes = history.codes.slice(0, codes_shown_max);
  const refused = codes.map((code, index): Line => ({
    name: `refused ${code}`,
    label: code,
    tone: code === 'INTERNAL' || code === 'OVERLOADED' ? 'alarm' : (tones[index] ?? 'faint'),
    dashed: index % 2 === 1,
  }));
  const rest = history.codes.length - codes.length;
  return (
    <>
      <Chart
        title={rest > 0 ? `${said.refusals} · ${said.more(rest)}` : said.refusals}
        history={history}
        format={whole}
        lines={refused.length > 0 ? refused : [{ name: 'refused none', label: said.none, tone: 'faint' }]}
      />
      <Chart
        title={said.requests}
        history={history}
        format={tenth}
        lines={[
          { name: 'requests', label: said.answered, tone: 'main', filled: true },
          { name: 'errors', label: said.errors, tone: 'alarm' },
        ]}
      />
      <Chart
        title={said.health}
        history={history}
        format={whole}
        lines={[
          { name: 'loopMs', label: said.loop, tone: 'main' },
          { name: 'commitMs', label: said.commit, tone: 'second', dashed: true },
        ]}
      />
    </>
  );
}
