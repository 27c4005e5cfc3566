/** Each day by method, to hold against the gateway's own statement, on the page and as files. */
import { ask, type Reply } from '../../client/client.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { counted } from '../../words/language.ts';
import { money, number, say } from '../../words/words.ts';
import { DownloadButton } from '../desk/download.tsx';
import { moment } from '../desk/moments.ts';
import { fieldOf, goTo, queryOf } from '../desk/query.ts';
import { Panel } from '../parts/panel.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { place } from '../router.ts';
import { methodName } from './method-words.ts';

const words = {
  ko: {
    title: '일별 합계',
    text: '한국 시각(KST) 자정에 날짜가 바뀌어요. 결제사의 정산 내역과 맞춰 보세요. 결제사를 거치지 않은 충전과, 지갑으로 들어간 환불과 보상금은 들어 있지 않아요.',
    from: '첫날',
    to: '마지막 날',
    show: '보기',
    day: '날짜',
    whole: '기간 합계',
    method: '결제 수단',
    ordered: '주문',
    paid: '결제 완료',
    withdrawn: '출금 완료',
    pending: '출금 처리 중',
    reversed: '결제사 취소',
    owed: '미회수',
    fees: '수수료',
    feesUnknown: '알 수 없음',
    feesText: '수수료는 여기서 알 수 없어요. 결제사의 정산 내역에 있어요.',
    count: (count: string) => `${count}건`,
    empty: '이 기간에는 결제사를 거친 충전도 출금도 없어요.',
    daysFile: '일별 합계 CSV',
    ordersFile: '주문 목록 CSV',
  },
  en: {
    title: 'Day by day',
    text: 'A day ends at midnight in Seoul (KST). Hold it against the gateway’s own statement. Top-ups without a gateway, and refunds and compensations into wallets, are not counted.',
    from: 'First day',
    to: 'Last day',
    show: 'Show',
    day: 'Day',
    whole: 'All these days',
    method: 'Method',
    ordered: 'Ordered',
    paid: 'Paid',
    withdrawn: 'Withdrawn',
    pending: 'On its way back',
    reversed: 'Reversed',
    owed: 'Owed',
    fees: 'Fees',
    feesUnknown: 'not known',
    feesText: 'Fees are not known here: they stand in the gateway’s own statement.',
    count: (count: string) => counted(count, 'item'),
    empty: 'No top-up and no withdrawal went through a gateway in these days.',
    daysFile: 'Day by day as CSV',
    ordersFile: 'The orders as CSV',
  },
};

type Day = Reply<'listMoneyDays'>['days'][number];
const sums = ['ordered', 'paid', 'withdrawn', 'pending', 'reversed', 'owed'] as const;
const days_at_first = 7;
const day_ms = 86_400_000;

const dayOf = (time: number): string => moment(new Date(time).toISOString()).slice(0, 10);

function daysAsked(): { readonly from: string; readonly to: string } {
  const query = queryOf(place.value);
  const now = Date.now();
  return {
    from: query.get('from') ?? dayOf(now - (days_at_first - 1) * day_ms),
    to: query.get('to') ?? dayOf(now),
  };
}

export function Days() {
  const said = say(words);
  const days = daysAsked();
  const key = `${days.from} ${days.to}`;
  const load = useLoad(key, (signal) => ask('listMoneyDays', { query: days, signal }));
  return (
    <Panel title={said.title}>
      <div class="stack">
        <p class="small quiet">{said.text}</p>
        <Range {...days} />
        <Loaded of={load} skeleton={<Skeleton height="10rem" />}>
          {({ days: rows }) => <DayTable days={rows} />}
        </Loaded>
        <div class="row files" key={key}>
          <DownloadButton of="exportMoneyDays" asked={{ query: days }} label={said.daysFile} />
          <DownloadButton of="exportChargeOrders" asked={{ query: days }} label={said.ordersFile} />
        </div>
      </div>
    </Panel>
  );
}

function Range({ from, to }: { readonly from: string; readonly to: string }) {
  const said = say(words);
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        const { currentTarget } = event;
        goTo('/console/money', { from: fieldOf(currentTarget, 'from'), to: fieldOf(currentTarget, 'to') });
      }}
    >
      <label class="field">
        <span>{said.from}</span>
        <input key={from} class="box" type="date" name="from" defaultValue={from} required />
      </label>
      <label class="field">
        <span>{said.to}</span>
        <input key={to} class="box" type="date" name="to" defaultValue={to} required />
      </label>
      <Button type="submit" size="small" kind="plain">
        {said.show}
      </Button>
    </form>
  );
}

interface Line extends Omit<Day, 'day' | 'fees'> {
  /** Null: of all days. */
  readonly day: string | null;
}

/** Of all days by method, before the days themselves; of one day it would say the same twice. */
function withTotals(days: readonly Day[]): readonly Line[] {
  const byMethod = Map.groupBy(days, ({ method }) => method);
  if (new Set(days.map(({ day }) => day)).size < 2) return days;
  const totals = [...byMethod].map(([method, own]): Line => {
    const total = (what: (typeof sums)[number]) => ({
      count: own.reduce((all, one) => all + one[what].count, 0),
      amount: own.reduce((all, one) => all + one[what].amount, 0),
    });
    const [ordered, paid, withdrawn] = [total('ordered'), total('paid'), total('withdrawn')];
    return {
      day: null,
      method,
      ordered,
      paid,
      withdrawn,
      pending: total('pending'),
      reversed: total('reversed'),
      owed: total('owed'),
    };
  });
  return [...totals, ...days];
}

function DayTable({ days }: { readonly days: readonly Day[] }) {
  const said = say(words);
  const columns: readonly Column<Line>[] = [
    {
      key: 'day',
      title: said.day,
      cell: ({ day }) => (day === null ? <strong>{said.whole}</strong> : <Day of={day} />),
    },
    { key: 'method', title: said.method, cell: ({ method }) => methodName(method) },
    ...sums.map((what): Column<Line> => ({
      key: what,
      title: said[what],
      kind: 'number',
      cell: (line) => <Sum {...line[what]} alarm={what === 'owed'} />,
    })),
    { key: 'fees', title: said.fees, kind: 'number', cell: () => <span class="quiet">{said.feesUnknown}</span> },
  ];
  return (
    <div class="stack tight">
      <Table
        caption={said.title}
        rows={withTotals(days)}
        keyOf={({ day, method }) => `${day} ${method}`}
        empty={said.empty}
        columns={columns}
      />
      {days.length > 0 && <p class="small quiet">{said.feesText}</p>}
    </div>
  );
}

function Day({ of: day }: { readonly of: string }) {
  return <time dateTime={day}>{day}</time>;
}

function Sum({ count, amount, alarm }: { readonly count: number; readonly amount: number; readonly alarm: boolean }) {
  if (count === 0) return <span class="quiet">–</span>;
  return (
    <span class={alarm ? 'sum alarm' : 'sum'}>
      {money(amount)}
      <span class="small quiet">{say(words).count(number(count))}</span>
    </span>
  );
}
