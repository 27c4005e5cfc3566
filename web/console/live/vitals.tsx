/** The four numbers that are always in view: of the sale that is watched, or of all together. */
import { useEffect } from 'preact/hooks';
import { RollingNumber } from '../../ui/rolling-number.tsx';
import { number, say, titleIn } from '../../words/words.ts';
import { Age } from './late.tsx';
import { MoneyAlarm } from './money-alarm.tsx';
import {
  overview,
  service,
  silentSeconds,
  startWatching,
  watch,
  watched,
  type Overview,
  type Service,
} from './watch.ts';
import './vitals.css';

const words = {
  ko: {
    all: '모든 공연',
    close: '모든 공연 보기',
    waiting: '대기',
    active: '이용 중',
    sold: '판매',
    errors: '서버 오류',
    perMinute: '/ 분',
    paused: '멈춤',
    pausedWhy: '입장이 멈춰 있어요',
    over: '동시 입장 인원보다 많아요. 줄어들 때까지 아무도 입장하지 않아요.',
    broken: '서버가 오류로 답한 요청이 있어요',
    silent: '서버가 응답하지 않아요.',
    none: '작동 중인 서버가 없어요',
    region: '지금 숫자',
  },
  en: {
    all: 'All concerts',
    close: 'Watch all concerts',
    waiting: 'Waiting',
    active: 'Inside',
    sold: 'Sold',
    errors: 'Server errors',
    perMinute: '/ min',
    paused: 'Paused',
    pausedWhy: 'Nobody is admitted',
    over: 'More than the maximum: nobody is admitted until enough have left.',
    broken: 'Some requests were answered with a server error',
    silent: 'The server does not answer.',
    none: 'No server reports',
    region: 'The numbers right now',
  },
};

interface Numbers {
  readonly waiting: number;
  readonly active: number;
  readonly maxActive: number;
  readonly sold: number;
  readonly total: number;
  readonly paused: boolean;
}

function numbersOf(sale: Overview | undefined, all: Service | undefined): Numbers | undefined {
  if (watched.value === undefined) {
    const totals = all?.totals;
    return totals && { ...totals, sold: totals.seatsSold, total: totals.seatsTotal, paused: false };
  }
  if (sale === undefined) return undefined;
  return { ...sale, sold: sale.seats.reserved, total: sale.seats.total, paused: sale.paused !== null };
}

export function Vitals() {
  useEffect(startWatching, []);
  const said = say(words);
  const now = numbersOf(overview.value, service.value);
  const old = silentSeconds();
  return (
    <section class={old === undefined ? 'vitals' : 'vitals old'} aria-label={said.region}>
      <div class="vitals-row">
        <Which paused={now?.paused === true} />
        <Four now={now} />
      </div>
      <MoneyAlarm />
      {old !== undefined && (
        <p class="silent">
          <span role="alert">{said.silent}</span> {now !== undefined && <Age seconds={old} />}
        </p>
      )}
    </section>
  );
}

function Four({ now }: { readonly now: Numbers | undefined }) {
  const said = say(words);
  const over = now !== undefined && now.active > now.maxActive;
  return (
    <dl>
      <Vital name="waiting" label={said.waiting} value={now?.waiting} />
      <Vital
        name="active"
        label={said.active}
        value={now?.active}
        of={now && number(now.maxActive)}
        alarm={over && said.over}
      />
      <Vital name="sold" label={said.sold} value={now?.sold} of={now && number(now.total)} />
      <Errors />
    </dl>
  );
}

function Errors() {
  const said = say(words);
  const errors = service.value?.servers.reduce((sum, server) => sum + server.errorsPerMinute, 0);
  const broken = errors !== undefined && errors > 0;
  return <Vital name="errors" label={said.errors} value={errors} unit={said.perMinute} alarm={broken && said.broken} />;
}

function Which({ paused }: { readonly paused: boolean }) {
  const said = say(words);
  const one = watched.value;
  if (one === undefined) return <p class="which quiet">{said.all}</p>;
  return (
    <p class="which">
      <a href={`/console/concerts/${one.concertId}`}>{titleIn(one.title)[0]}</a>
      {paused && (
        <span class="badge alarm" title={said.pausedWhy}>
          {said.paused}
        </span>
      )}
      <button type="button" class="unwatch" aria-label={said.close} title={said.close} onClick={() => watch(undefined)}>
        ×
      </button>
    </p>
  );
}

interface VitalProps {
  readonly name: string;
  readonly label: string;
  readonly value: number | undefined;
  readonly of?: string | undefined;
  readonly unit?: string;
  readonly alarm?: string | false;
}

function Vital({ name, label, value, of, unit, alarm = false }: VitalProps) {
  return (
    <div class={alarm === false ? 'vital' : 'vital alarm'} title={alarm || undefined} data-vital={name}>
      <dt>{label}</dt>
      <dd>
        <strong>{value === undefined ? '–' : <RollingNumber value={value} format={number} />}</strong>
        {of !== undefined && <span class="of"> / {of}</span>}
        {unit !== undefined && <span class="of"> {unit}</span>}
        {alarm !== false && <span class="hidden">{alarm}</span>}
      </dd>
    </div>
  );
}
