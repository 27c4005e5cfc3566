/** The wallet: what is in it, money into it, and everything that ever moved it. */
import { useSignal } from '@preact/signals';
import { ask, type Reply } from '../client/client.ts';
import { asProblem, type Problem } from '../client/problem.ts';
import { Button } from '../ui/button.tsx';
import { LiveRegion } from '../ui/live-region.tsx';
import { Loaded, useLoad, type Load } from '../ui/load.tsx';
import { Refused } from '../ui/notice.tsx';
import { RollingNumber } from '../ui/rolling-number.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { dateAndTime, money, say } from '../words/words.ts';
import { TopUp } from './top-up.tsx';

type Entries = Reply<'listWalletEntries'>;
interface Known {
  readonly balance: number;
  readonly first: Entries;
}

const page_size = 20;
/** Of what went out, what cost nothing, and what came in. */
const signs = ['−', '', '+'];

const words = {
  ko: {
    title: '지갑',
    balance: '잔액',
    topUp: '충전하기',
    history: '거래 내역',
    none: '아직 거래가 없어요.',
    more: '더 보기',
    kinds: { CHARGE: '충전', PAYMENT: '결제', REFUND: '환불' },
    when: '일시',
    what: '내용',
    amount: '금액',
    after: '잔액',
  },
  en: {
    title: 'Wallet',
    balance: 'Balance',
    topUp: 'Top up',
    history: 'Transaction history',
    none: 'No transactions yet.',
    more: 'Show more',
    kinds: { CHARGE: 'Top-up', PAYMENT: 'Payment', REFUND: 'Refund' },
    when: 'When',
    what: 'What',
    amount: 'Amount',
    after: 'Balance',
  },
};

export function Wallet() {
  const said = say(words);
  const load = useLoad<Known>('wallet', async (signal) => {
    const [{ balance }, first] = await Promise.all([
      ask('getWallet', { signal }),
      ask('listWalletEntries', { query: { limit: page_size }, signal }),
    ]);
    return { balance, first };
  });
  return (
    <section class="wallet stack">
      <h2>{said.title}</h2>
      <Loaded of={load} skeleton={<Skeleton height="16rem" />}>
        {(known) => <Shown known={known} load={load} />}
      </Loaded>
    </section>
  );
}

function Shown({ known, load }: { known: Known; load: Load<Known> }) {
  const said = say(words);
  const told = useSignal('');
  return (
    <>
      <p class="balance">
        <span class="hidden">{said.balance}</span>
        <RollingNumber value={known.balance} format={money} />
      </p>
      <details>
        <summary>{said.topUp}</summary>
        <TopUp told={told} onCharged={() => load.reload()} />
      </details>
      <LiveRegion text={told.value} />
      <h3>{said.history}</h3>
      <History key={known.first.entries[0]?.id ?? ''} first={known.first} />
    </>
  );
}

function History({ first }: { first: Entries }) {
  const said = say(words);
  const entries = useSignal(first.entries);
  const cursor = useSignal(first.nextCursor);
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const more = async (): Promise<void> => {
    busy.value = true;
    problem.value = undefined;
    try {
      const next = await ask('listWalletEntries', { query: { limit: page_size, cursor: cursor.value ?? '' } });
      entries.value = [...entries.value, ...next.entries];
      cursor.value = next.nextCursor;
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };
  if (entries.value.length === 0) return <p class="quiet">{said.none}</p>;
  return (
    <>
      <table class="history">
        <thead class="hidden">
          <tr>
            <th scope="col">{said.what}</th>
            <th scope="col">{said.when}</th>
            <th scope="col">{said.amount}</th>
            <th scope="col">{said.after}</th>
          </tr>
        </thead>
        <tbody>
          {entries.value.map(({ id, kind, amount, balance, at }) => (
            <tr key={id}>
              <td>{said.kinds[kind]}</td>
              <td class="quiet">{dateAndTime(at)}</td>
              <td class={amount > 0 ? 'in' : 'out'}>
                {signs[Math.sign(amount) + 1]}
                {money(Math.abs(amount))}
              </td>
              <td class="quiet">{money(balance)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {problem.value !== undefined && <Refused problem={problem.value} />}
      {cursor.value !== null && (
        <Button kind="plain" size="small" busy={busy.value} onPress={() => void more()}>
          {said.more}
        </Button>
      )}
    </>
  );
}
