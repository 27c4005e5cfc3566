/** Withdrawals in a table: each part to the order that its money came from, and why one could not be sent. */
import type { Reply } from '../../client/client.ts';
import { money, say } from '../../words/words.ts';
import { moment } from '../desk/moments.ts';
import { addressOf } from '../desk/query.ts';
import { UserLink } from '../desk/reservations.tsx';
import { ConditionOf } from '../desk/states.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { methodName } from './method-words.ts';

const words = {
  ko: {
    at: '신청 시각',
    status: '상태',
    amount: '금액',
    parts: '돌아가는 충전 주문',
    because: (code: string) => `결제사 코드 ${code}`,
    next: (time: string) => `다음 확인 ${time}`,
    ended: '종료',
    who: '이용자',
  },
  en: {
    at: 'Asked for',
    status: 'Status',
    amount: 'Amount',
    parts: 'Back to these orders',
    because: (code: string) => `gateway’s code ${code}`,
    next: (time: string) => `next try at ${time}`,
    ended: 'Ended',
    who: 'User',
  },
};

export type Withdrawal = Reply<'listAllWithdrawals'>['withdrawals'][number];
type Part = Withdrawal['parts'][number];

const condition = { PENDING: 'PENDING', DONE: 'DONE', FAILED: 'NOT_SENT' } as const;

export interface WithdrawalTableProps {
  readonly caption: string;
  readonly rows: readonly Withdrawal[];
  readonly empty: string;
  /** All of one fan. */
  readonly ofOne?: boolean;
}

export function WithdrawalTable({ caption, rows, empty, ofOne = false }: WithdrawalTableProps) {
  const columns = columnsIn(say(words)).filter(({ key }) => !ofOne || key !== 'who');
  return <Table caption={caption} rows={rows} keyOf={({ id }) => id} empty={empty} columns={columns} />;
}

function columnsIn(said: (typeof words)['ko']): readonly Column<Withdrawal>[] {
  return [
    { key: 'at', title: said.at, cell: ({ at }) => <time dateTime={at}>{moment(at)}</time> },
    { key: 'amount', title: said.amount, kind: 'number', cell: ({ amount }) => money(amount) },
    { key: 'status', title: said.status, cell: ({ status }) => <ConditionOf of={condition[status]} /> },
    {
      key: 'parts',
      title: said.parts,
      cell: ({ parts }) => (
        <ul class="parts">
          {parts.map((part) => (
            <PartLine key={part.id} part={part} />
          ))}
        </ul>
      ),
    },
    {
      key: 'ended',
      title: said.ended,
      cell: ({ endedAt }) => (endedAt === null ? '–' : <time dateTime={endedAt}>{moment(endedAt)}</time>),
    },
    { key: 'who', title: said.who, cell: ({ userId, userName }) => <UserLink id={userId} name={userName} /> },
  ];
}

function PartLine({ part: { orderId, method, amount, status, because, askAt } }: { readonly part: Part }) {
  const said = say(words);
  return (
    <li>
      <ConditionOf of={condition[status]} />
      <span class="part-amount">{money(amount)}</span>
      <a href={addressOf('/console/money/orders', { q: orderId })} translate={false}>
        {methodName(method)} <code>{orderId.slice(-8)}</code>
      </a>
      {because !== null && <span class="small alarm">{said.because(because)}</span>}
      {status === 'PENDING' && askAt !== null && <span class="small quiet">{said.next(moment(askAt).slice(11))}</span>}
    </li>
  );
}
