/** Everybody's orders: by how they ended, by how they were paid, by what somebody tells on the telephone. */
import { ask } from '../../client/client.ts';
import { say } from '../../words/words.ts';
import { Filters } from '../desk/filters.tsx';
import { PagesOf } from '../desk/pages-of.tsx';
import { queryOf } from '../desk/query.ts';
import { conditionName } from '../desk/states.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { place } from '../router.ts';
import { methodName, methods, type Method } from './method-words.ts';
import { OrderTable, type Order } from './order-table.tsx';
import '../desk/desk.css';
import './money.css';

const words = {
  ko: {
    title: '충전 주문',
    text: '모든 이용자의 충전 주문이에요. 최근 주문부터 보여요.',
    unclearText: '결제가 어떻게 끝났는지 아직 알 수 없는 주문이에요. 가장 오래된 주문부터 보여요.',
    back: '입출금으로',
    q: '찾을 말',
    qHint: '주문 번호, 결제사의 결제 번호, 이름, 이메일',
    status: '상태',
    any: '모든 상태',
    unclear: '결과 미확인',
    owed: '미회수',
    method: '결제 수단',
    all: '모든 결제 수단',
    find: '찾기',
    empty: '조건에 맞는 주문이 없어요.',
    emptySoFar: '최근 주문에는 없어요. 더 보기를 누르면 이전 주문에서도 찾아요.',
  },
  en: {
    title: 'Orders',
    text: 'Top-ups ordered by all users, newest first.',
    unclearText: 'Nobody knows yet how these ended. The longest unclear first.',
    back: 'Back to Money',
    q: 'Find',
    qHint: 'Order, payment at the gateway, name or e-mail',
    status: 'Status',
    any: 'Any status',
    unclear: 'Unclear',
    owed: 'Owed',
    method: 'Method',
    all: 'All methods',
    find: 'Find',
    empty: 'No orders found.',
    emptySoFar: 'None among the latest orders. Show more looks further back.',
  },
};

const path = '/console/money/orders';
const statuses = ['OPEN', 'PAID', 'FAILED', 'EXPIRED'] as const;

interface Fields {
  readonly q: string;
  /** A status, `unclear` or `owed`. */
  readonly status: string;
  readonly method: string;
}

function filterOf({ q, status, method }: Fields) {
  const known = statuses.find((one) => one === status);
  const way: Method | undefined = methods.find((one) => one === method);
  return {
    ...(q === '' ? {} : { q }),
    ...(known === undefined ? {} : { status: known }),
    ...(status === 'unclear' ? ({ unclear: 'true' } as const) : {}),
    ...(status === 'owed' ? ({ owed: 'true' } as const) : {}),
    ...(way === undefined ? {} : { method: way }),
  };
}

export function Orders() {
  const said = say(words);
  const query = queryOf(place.value);
  const [q = '', status = '', method = ''] = ['q', 'status', 'method'].map((name) => query.get(name) ?? '');
  const filter = filterOf({ q, status, method });
  return (
    <>
      <PageHead title={said.title} actions={<a href="/console/money">{said.back}</a>}>
        {status === 'unclear' ? said.unclearText : said.text}
      </PageHead>
      <Filters
        path={path}
        q={q}
        said={said}
        choices={[
          {
            name: 'status',
            label: said.status,
            value: status,
            any: said.any,
            options: [
              { value: 'unclear', text: said.unclear },
              { value: 'owed', text: said.owed },
              ...statuses.map((one) => ({ value: one, text: conditionName(one) })),
            ],
          },
          {
            name: 'method',
            label: said.method,
            value: method,
            any: said.all,
            options: methods.map((one) => ({ value: one, text: methodName(one) })),
          },
        ]}
      />
      <PagesOf asked={JSON.stringify(filter)} read={(cursor, signal) => readOrders(filter, cursor, signal)}>
        {(rows, isMore) => (
          <OrderTable caption={said.title} rows={rows} empty={isMore === true ? said.emptySoFar : said.empty} />
        )}
      </PagesOf>
    </>
  );
}

export type OrderFilter = ReturnType<typeof filterOf> & { readonly userId?: string; readonly limit?: number };

export async function readOrders(filter: OrderFilter, cursor: string | undefined, signal: AbortSignal | undefined) {
  const query = { ...filter, ...(cursor === undefined ? {} : { cursor }) };
  const page = await ask('listAllChargeOrders', { query, ...(signal === undefined ? {} : { signal }) });
  const rows: readonly Order[] = page.orders;
  return { rows, nextCursor: page.nextCursor, beside: page.nextCursor !== null };
}
