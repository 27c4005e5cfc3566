/** Money on its way back, and what came of it: by parts, since each goes to the payment that it came from. */
import { ask, type Reply } from '../../client/client.ts';
import { dateAndTime, money, number, say } from '../../words/words.ts';
import { More, usePaged, type Part } from '../more.tsx';

export type WithdrawalsTold = Reply<'listWithdrawals'>;
export type Withdrawal = WithdrawalsTold['withdrawals'][number];

const page_size = 20;

const words = {
  ko: {
    title: (count: string) => `출금 내역 (${count})`,
    states: {
      PENDING: '결제한 수단으로 돌려보내고 있어요. 결제사에 따라 며칠 걸릴 수 있어요.',
      DONE: '결제한 수단으로 돌려보냈어요.',
      FAILED: '돌려보내지 못해서 지갑에 다시 넣었어요.',
    },
    failed: (amount: string) => `그중 ${amount}: 돌려보내지 못해서 지갑에 다시 넣었어요.`,
    parts: '돌려보내는 결제',
    order: (id: string) => `주문 ${id}`,
    partStates: { PENDING: '진행 중', DONE: '완료', FAILED: '지갑으로 돌아옴' },
  },
  en: {
    title: (count: string) => `Withdrawals (${count})`,
    states: {
      PENDING: 'On its way back to how you paid. Depending on the payment company, it may take some days.',
      DONE: 'Sent back to how you paid.',
      FAILED: 'It could not be sent back, and is in your wallet again.',
    },
    failed: (amount: string) => `${amount} of it could not be sent back, and is in your wallet again.`,
    parts: 'Payments that it goes back to',
    order: (id: string) => `Order ${id}`,
    partStates: { PENDING: 'Under way', DONE: 'Done', FAILED: 'Back in your wallet' },
  },
};

export async function askWithdrawals(
  query: { cursor?: string; limit?: number } = {},
  signal?: AbortSignal,
): Promise<WithdrawalsTold> {
  return ask('listWithdrawals', { query: { limit: page_size, ...query }, ...(signal !== undefined && { signal }) });
}

const partOf = ({ withdrawals, nextCursor }: WithdrawalsTold): Part<Withdrawal> => ({
  items: withdrawals,
  nextCursor,
});

const failedIn = ({ parts }: Withdrawal): number =>
  parts.filter(({ status }) => status === 'FAILED').reduce((sum, { amount }) => sum + amount, 0);

export function Withdrawals({ first }: { readonly first: WithdrawalsTold }) {
  const said = say(words);
  const paged = usePaged(partOf(first), async (cursor) => partOf(await askWithdrawals({ cursor })));
  const [newest] = paged.items;
  if (newest === undefined) return undefined;
  // What the fan may not expect is before the eyes; the rest can be opened.
  const isOpen = newest.status !== 'DONE' || failedIn(newest) > 0;
  return (
    <details open={isOpen}>
      <summary>{said.title(number(paged.items.length))}</summary>
      <ul class="moves">
        {paged.items.map((withdrawal) => (
          <li key={withdrawal.id}>
            <WithdrawalTold withdrawal={withdrawal} />
          </li>
        ))}
      </ul>
      <More of={paged} />
    </details>
  );
}

/** One of them: how much, since when, how it stands, and what could not be sent. */
export function WithdrawalTold({ withdrawal }: { readonly withdrawal: Withdrawal }) {
  const said = say(words);
  const { amount, at, status, parts } = withdrawal;
  const failed = failedIn(withdrawal);
  return (
    <div>
      <b>{money(amount)}</b>
      <p class="small quiet">{dateAndTime(at)}</p>
      <p class="small">{said.states[status]}</p>
      {failed > 0 && status !== 'FAILED' && <p class="small">{said.failed(money(failed))}</p>}
      {parts.length > 1 && (
        <ul class="parts small quiet" aria-label={said.parts}>
          {parts.map((part) => (
            <li key={part.orderId}>
              <span>{said.order(part.orderId.slice(-8).toUpperCase())}</span>
              <span>
                {money(part.amount)} · {said.partStates[part.status]}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
