/** What a fan's money did outside: the orders that filled the wallet, and what went back. */
import { say } from '../../words/words.ts';
import { readWithdrawals } from '../money/acting.tsx';
import { OrderTable } from '../money/order-table.tsx';
import { readOrders } from '../money/orders.tsx';
import { WithdrawalTable } from '../money/withdrawal-table.tsx';
import { Panel } from '../parts/panel.tsx';
import { PagesOf } from './pages-of.tsx';
import '../money/money.css';

const words = {
  ko: {
    orders: '충전 주문',
    noOrder: '결제사를 거친 충전 주문이 없어요.',
    withdrawals: '출금',
    noWithdrawal: '출금한 적이 없어요.',
  },
  en: {
    orders: 'Orders',
    noOrder: 'No top-up through a gateway.',
    withdrawals: 'Withdrawals',
    noWithdrawal: 'No withdrawals.',
  },
};

const shown_at_first = 20;

export function OrdersAndWithdrawals({ userId }: { readonly userId: string }) {
  const said = say(words);
  return (
    <>
      <Panel title={said.orders}>
        <PagesOf
          asked={userId}
          read={(cursor, signal) => readOrders({ userId, limit: shown_at_first }, cursor, signal)}
        >
          {(rows) => <OrderTable caption={said.orders} rows={rows} empty={said.noOrder} ofOne />}
        </PagesOf>
      </Panel>
      <Panel title={said.withdrawals}>
        <PagesOf asked={userId} read={(cursor, signal) => readWithdrawals({ userId }, cursor, signal)}>
          {(rows) => <WithdrawalTable caption={said.withdrawals} rows={rows} empty={said.noWithdrawal} ofOne />}
        </PagesOf>
      </Panel>
    </>
  );
}
