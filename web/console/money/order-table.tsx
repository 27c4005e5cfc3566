/** Orders in a table: how each ended, or since when nobody knows, and what became of its money. */
import type { Reply } from '../../client/client.ts';
import { counted } from '../../words/language.ts';
import { money, number, say } from '../../words/words.ts';
import { moment } from '../desk/moments.ts';
import { UserLink } from '../desk/reservations.tsx';
import { ConditionOf } from '../desk/states.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { methodName } from './method-words.ts';

const words = {
  ko: {
    at: '주문 시각',
    status: '상태',
    unclear: (time: string) => `${time}부터 결과 미확인`,
    asks: (count: string) => `결제사에 ${count}번 물어봤어요`,
    next: (time: string) => `다음 확인 ${time}`,
    amount: '금액',
    withdrawn: (amount: string) => `출금 ${amount}`,
    reversed: (amount: string) => `결제사 취소 ${amount}`,
    owed: (amount: string) => `미회수 ${amount}`,
    method: '결제 수단',
    paid: '결제 시각',
    who: '이용자',
    id: '주문 번호와 결제사의 결제 번호',
  },
  en: {
    at: 'Opened',
    status: 'Status',
    unclear: (time: string) => `Unclear since ${time}`,
    asks: (count: string) => `The gateway was asked ${counted(count, 'time')}`,
    next: (time: string) => `Asked again at ${time}`,
    amount: 'Amount',
    withdrawn: (amount: string) => `Withdrawn ${amount}`,
    reversed: (amount: string) => `Reversed ${amount}`,
    owed: (amount: string) => `Owed ${amount}`,
    method: 'Method',
    paid: 'Paid',
    who: 'User',
    id: 'Order, and payment at the gateway',
  },
};

export type Order = Reply<'listAllChargeOrders'>['orders'][number];

export interface OrderTableProps {
  readonly caption: string;
  readonly rows: readonly Order[];
  readonly empty: string;
  /** All of one fan. */
  readonly ofOne?: boolean;
}

export function OrderTable({ caption, rows, empty, ofOne = false }: OrderTableProps) {
  const columns = columnsIn(say(words)).filter(({ key }) => !ofOne || key !== 'who');
  return <Table caption={caption} rows={rows} keyOf={({ id }) => id} empty={empty} columns={columns} />;
}

function columnsIn(said: (typeof words)['ko']): readonly Column<Order>[] {
  return [
    { key: 'at', title: said.at, cell: ({ createdAt }) => <time dateTime={createdAt}>{moment(createdAt)}</time> },
    { key: 'amount', title: said.amount, kind: 'number', cell: (order) => <Amount of={order} /> },
    { key: 'status', title: said.status, cell: (order) => <Ending of={order} /> },
    { key: 'method', title: said.method, cell: ({ method }) => methodName(method) },
    {
      key: 'paid',
      title: said.paid,
      cell: ({ paidAt }) => (paidAt === null ? '–' : <time dateTime={paidAt}>{moment(paidAt)}</time>),
    },
    { key: 'who', title: said.who, cell: ({ userId, userName }) => <UserLink id={userId} name={userName} /> },
    {
      key: 'id',
      title: said.id,
      cell: ({ id, paymentKey }) => (
        <span class="numbers" translate={false}>
          <code>{id}</code>
          {paymentKey !== null && <code class="small quiet">{paymentKey}</code>}
        </span>
      ),
    },
  ];
}

function Ending({ of: { status, unclearSince, asks, askAt } }: { readonly of: Order }) {
  const said = say(words);
  return (
    <>
      <ConditionOf of={status} />
      {unclearSince !== null && (
        <div class="small beneath">
          <span class="alarm">{said.unclear(moment(unclearSince))}</span>
          {asks > 0 && <span class="quiet">{said.asks(number(asks))}</span>}
          {askAt !== null && <span class="quiet">{said.next(moment(askAt).slice(11))}</span>}
        </div>
      )}
    </>
  );
}

function Amount({ of: { amount, withdrawn, reversed, owed } }: { readonly of: Order }) {
  const said = say(words);
  return (
    <>
      {money(amount)}
      {withdrawn + reversed > 0 && (
        <div class="small quiet beneath">
          {withdrawn > 0 && <span>{said.withdrawn(money(withdrawn))}</span>}
          {reversed > 0 && <span>{said.reversed(money(reversed))}</span>}
          {owed > 0 && <span class="alarm">{said.owed(money(owed))}</span>}
        </div>
      )}
    </>
  );
}
