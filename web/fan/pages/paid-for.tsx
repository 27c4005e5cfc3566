/** The order was paid: what is in the wallet now, and the hold that it was for, if it is still there. */
import { useId } from 'preact/hooks';
import { ask, type Reply } from '../../client/client.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { useHeir } from '../../ui/focus.ts';
import { Loaded, useLoad, type Load } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { money, say } from '../../words/words.ts';
import type { Order } from '../orders.ts';
import type { Reservation } from '../reservation.ts';

const words = {
  ko: {
    heading: '충전했어요',
    balance: '지갑 잔액',
    price: '결제할 금액',
    left: '결제까지 남은 시간',
    pay: '이제 좌석을 결제하면 예매가 끝나요.',
    toPay: '좌석 결제하기',
    over: '그사이 선점 시간이 끝났어요. 충전한 돈은 지갑에 그대로 있어요.',
    choose: '좌석 다시 선택하기',
    bought: '이 좌석은 이미 결제했어요. 충전한 돈은 지갑에 있어요.',
    toTicket: '티켓 보기',
    kept: '지갑에서 확인할 수 있어요.',
    toWallet: '지갑으로 가기',
  },
  en: {
    heading: 'Topped up',
    balance: 'Wallet balance',
    price: 'To pay',
    left: 'Time left to pay',
    pay: 'Pay for your seats now, and they are yours.',
    toPay: 'Go on to your seats',
    over: 'Your hold has ended meanwhile. The money is in your wallet.',
    choose: 'Choose seats again',
    bought: 'These seats are paid already. The money is in your wallet.',
    toTicket: 'See the ticket',
    kept: 'You find it in your wallet.',
    toWallet: 'Go to your wallet',
  },
};

interface Found {
  readonly wallet: Reply<'getWallet'>;
  readonly hold: Reservation | undefined;
}

export function PaidFor({ order }: { readonly order: Order }) {
  const said = say(words);
  const load = useLoad<Found>(order.id, async (signal) => {
    const { reservationId: id } = order;
    const [wallet, hold] = await Promise.all([
      ask('getWallet', { signal }),
      // Whatever became of it, the money is in the wallet.
      id === null ? undefined : ask('getReservation', { params: { id }, signal }).catch(() => undefined),
    ]);
    return { wallet, hold };
  });
  const id = useId();
  return (
    <div class="returned">
      <h1 id={`${id}-what`}>{said.heading}</h1>
      <p class="topped-up" id={`${id}-sum`}>
        {money(order.amount)}
      </p>
      <Loaded of={load} skeleton={<Skeleton height="9rem" />}>
        {(found) => <WayOn found={found} load={load} id={id} />}
      </Loaded>
    </div>
  );
}

interface Way {
  readonly text: string;
  readonly href: string;
  readonly name: string;
}

function wayOf(hold: Reservation | undefined, said: (typeof words)['ko']): Way {
  if (hold === undefined) return { text: said.kept, href: '/my', name: said.toWallet };
  const { id, concertId, status } = hold;
  if (status === 'HELD') return { text: said.pay, href: `/reservations/${id}`, name: said.toPay };
  if (status === 'CONFIRMED') return { text: said.bought, href: `/reservations/${id}`, name: said.toTicket };
  return { text: said.over, href: `/concerts/${concertId}/dates`, name: said.choose };
}

interface WayOnProps {
  readonly found: Found;
  readonly load: Load<Found>;
  /** What the ids of the texts above begin with. */
  readonly id: string;
}

function WayOn({ found: { wallet, hold }, load, id }: WayOnProps) {
  const said = say(words);
  const { text: told, href, name } = wayOf(hold, said);
  const link = useHeir<HTMLAnchorElement>(href);
  return (
    <>
      <p id={`${id}-way`} role="status">
        {told}
      </p>
      <dl class="sums">
        <div>
          <dt>{said.balance}</dt>
          <dd>{money(wallet.balance)}</dd>
        </div>
        {hold?.status === 'HELD' && (
          <div>
            <dt>{said.price}</dt>
            <dd>{money(hold.amount)}</dd>
          </div>
        )}
        {hold?.status === 'HELD' && hold.heldUntil !== null && (
          <div>
            <dt>{said.left}</dt>
            <dd>
              <Countdown until={hold.heldUntil} onEnd={() => load.reload()} />
            </dd>
          </div>
        )}
      </dl>
      <div class="row">
        <ButtonLink href={href} link={link} describedBy={`${id}-what ${id}-sum ${id}-way`}>
          {name}
        </ButtonLink>
        {href !== '/my' && (
          <ButtonLink href="/my" kind="plain">
            {said.toWallet}
          </ButtonLink>
        )}
      </div>
    </>
  );
}
