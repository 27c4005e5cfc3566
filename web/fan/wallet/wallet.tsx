/** The wallet: what is in it, money into it and back out of it, what is under way, and everything that ever moved it. */
import { useSignal, type Signal } from '@preact/signals';
import { ask, type Reply } from '../../client/client.ts';
import { asProblem } from '../../client/problem.ts';
import { LiveRegion } from '../../ui/live-region.tsx';
import { Loaded, useLoad, useReloadWhenSeen, type Load } from '../../ui/load.tsx';
import { RollingNumber } from '../../ui/rolling-number.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { money, say } from '../../words/words.ts';
import { askChargeWays, chargeWays } from '../charge-ways.ts';
import { useAskingAgain } from '../asking.ts';
import { isUnsettled } from '../orders.ts';
import { TopUp } from '../top-up.tsx';
import { askEntries, Ledger, type Entries } from './ledger.tsx';
import { askOrders, OrdersUnderWay, PastOrders, type Orders } from './orders-told.tsx';
import { askWithdrawals, Withdrawals, type WithdrawalsTold } from './withdrawals.tsx';
import { Withdraw } from './withdraw.tsx';
import './wallet.css';

interface Known {
  readonly balance: Reply<'getWallet'>['balance'];
  readonly first: Entries;
  /** Undefined where they cannot be read just now: the balance is told all the same. */
  readonly orders: Orders | undefined;
  readonly withdrawals: WithdrawalsTold | undefined;
}

const words = {
  ko: {
    title: '지갑',
    balance: '잔액',
    play: '데모 머니',
    topUp: '충전하기',
    withdraw: '출금하기',
    history: '거래 내역',
    notAll: '충전과 출금이 어떻게 됐는지 지금은 불러오지 못했어요.',
  },
  en: {
    title: 'Wallet',
    balance: 'Balance',
    play: 'Play money',
    topUp: 'Top up',
    withdraw: 'Withdraw',
    history: 'Transaction history',
    notAll: 'How your top-ups and withdrawals stand cannot be shown just now.',
  },
};

/** What is not there just now, unless nobody is signed in any more. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (asProblem(error).code === 'UNAUTHENTICATED') throw error;
    return undefined;
  }
}

export function Wallet() {
  const said = say(words);
  const load = useLoad<Known>('wallet', async (signal) => {
    const [{ balance }, first, orders, withdrawals] = await Promise.all([
      ask('getWallet', { signal }),
      askEntries({}, signal),
      orNothing(askOrders({}, signal)),
      orNothing(askWithdrawals({}, signal)),
      askChargeWays(),
    ]);
    return { balance, first, orders, withdrawals };
  });
  useReloadWhenSeen(load);
  return (
    <section class="wallet stack">
      <h2>{said.title}</h2>
      <Loaded of={load} skeleton={<Skeleton height="16rem" />}>
        {(known) => <Shown known={known} load={load} />}
      </Loaded>
    </section>
  );
}

/** Somebody else has the next word on it: a gateway. */
function isUnderWay({ orders, withdrawals }: Known): boolean {
  return (
    (orders?.orders.some(isUnsettled) ?? false) ||
    (withdrawals?.withdrawals.some(({ status }) => status === 'PENDING') ?? false)
  );
}

interface ShownProps {
  readonly known: Known;
  readonly load: Load<Known>;
}

function Shown({ known, load }: ShownProps) {
  const said = say(words);
  const told = useSignal('');
  const { balance, first, orders, withdrawals } = known;
  useAskingAgain('wallet', isUnderWay(known), async () => load.reload());
  return (
    <>
      <p class="balance">
        <span class="hidden">{said.balance}</span>
        <RollingNumber value={balance} format={money} />
        {chargeWays()?.open === true && <span class="tag">{said.play}</span>}
      </p>
      {orders !== undefined && <OrdersUnderWay orders={orders.orders} />}
      <InAndOut known={known} told={told} reload={() => load.reload()} />
      <Told text={told.value} />
      {withdrawals !== undefined && <Withdrawals key={keyOf(withdrawals.withdrawals)} first={withdrawals} />}
      {orders !== undefined && <PastOrders key={keyOf(orders.orders)} first={orders} />}
      {(orders === undefined || withdrawals === undefined) && <p class="quiet small">{said.notAll}</p>}
      <h3>{said.history}</h3>
      <Ledger key={first.entries[0]?.id ?? ''} first={first} />
    </>
  );
}

/** What came of it, for those who hear and for those who see. */
function Told({ text }: { readonly text: string }) {
  return (
    <>
      <LiveRegion text={text} />
      {text !== '' && (
        <p class="small" aria-hidden="true">
          {text}
        </p>
      )}
    </>
  );
}

interface InAndOutProps {
  readonly known: Known;
  readonly told: Signal<string>;
  readonly reload: () => void;
}

/** Money into the wallet, and back out of it where any can go back. */
function InAndOut({ known: { balance, withdrawals }, told, reload }: InAndOutProps) {
  const said = say(words);
  const withdrawable = withdrawals?.withdrawable ?? 0;
  return (
    <>
      <details>
        <summary>{said.topUp}</summary>
        <TopUp balance={balance} told={told} onCharged={reload} onBack={reload} />
      </details>
      {withdrawable > 0 && (
        <details>
          <summary>{said.withdraw}</summary>
          <Withdraw balance={balance} withdrawable={withdrawable} told={told} onWithdrawn={reload} />
        </details>
      )}
    </>
  );
}

/** Another one, or another state of one: the pages that were read of it are old. */
function keyOf(all: readonly { readonly id: string; readonly status: string }[]): string {
  return all.map(({ id, status }) => `${id} ${status}`).join();
}
