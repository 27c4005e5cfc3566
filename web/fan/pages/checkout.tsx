/**
 * The page from which Toss's window is opened, and nothing else: it is loaded anew, under a content policy of its own, and
 * left by loading the next page anew, so that no other page ever runs beside a script that is not ours. Never verified
 * against Toss (see toss.ts).
 */
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { ask } from '../../client/client.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { language, money, say } from '../../words/words.ts';
import { beganAt, returnOf, type Order } from '../orders.ts';
import type { PageProps } from '../routes.ts';
import { useTitle } from '../title.ts';
import { openToss, tossName, type TossCheckout, type TossEnd } from '../toss.ts';
import './return.css';

const words = {
  ko: {
    title: (amount: string) => `${amount} 충전`,
    tab: '충전',
    opening: (name: string) => `${name} 결제창을 여는 중이에요.`,
    closed: '결제창을 닫았어요',
    closedText: '돈은 나가지 않았어요. 다시 열거나 돌아갈 수 있어요.',
    'not loaded': (name: string) => `${name} 결제창을 불러오지 못했어요`,
    notLoadedText: '인터넷 연결을 확인해 주세요. 광고 차단 앱이 막았을 수도 있어요. 돈은 나가지 않았어요.',
    'not opened': (name: string) => `${name} 결제창을 열지 못했어요`,
    notOpenedText: '돈은 나가지 않았어요. 다시 시도하거나 돌아가서 다른 결제 수단을 골라 주세요.',
    again: '다시 열기',
    toHold: '좌석으로 돌아가기',
    toWallet: '지갑으로 가기',
  },
  en: {
    title: (amount: string) => `Top up ${amount}`,
    tab: 'Top-up',
    opening: (name: string) => `Opening the window of ${name}.`,
    closed: 'The payment window was closed',
    closedText: 'No money was taken. You can open it again, or go back.',
    'not loaded': (name: string) => `The window of ${name} could not be loaded`,
    notLoadedText: 'Check your internet connection; an ad blocker may have stopped it. No money was taken.',
    'not opened': (name: string) => `The window of ${name} could not be opened`,
    notOpenedText: 'No money was taken. Try again, or go back and choose another way to pay.',
    again: 'Open it again',
    toHold: 'Back to your seats',
    toWallet: 'Go to your wallet',
  },
};

export function Checkout({ params }: PageProps) {
  const { orderId = '' } = params;
  const said = say(words);
  const load = useLoad<Order>(orderId, (signal) => ask('getChargeOrder', { params: { id: orderId }, signal }));
  useTitle(said.tab);
  return (
    <div class="returned">
      <Loaded of={load} skeleton={<Skeleton height="12rem" />}>
        {(order) => <Ready order={order} />}
      </Loaded>
    </div>
  );
}

/** What Toss's script needs; undefined if this order goes elsewhere. */
function tossCheckoutOf({ checkout }: Order): TossCheckout | undefined {
  const { clientKey, orderId, orderName, successUrl, failUrl } = checkout;
  if (clientKey === undefined || orderId === undefined || orderName === undefined) return undefined;
  if (successUrl === undefined || failUrl === undefined) return undefined;
  return { clientKey, orderId, orderName, successUrl, failUrl };
}

function Ready({ order }: { readonly order: Order }) {
  const said = say(words);
  const end = useSignal<TossEnd | 'opening'>('opening');
  const open = async (): Promise<void> => {
    const checkout = tossCheckoutOf(order);
    if (order.status !== 'OPEN' || order.unclear) return location.replace(returnOf(order));
    if (checkout === undefined) return location.replace(order.checkout.url ?? returnOf(order));
    end.value = 'opening';
    end.value = await openToss(checkout, order.amount);
  };
  useEffect(() => {
    void open();
  }, []);
  const name = tossName[language.value];
  return (
    <>
      <h1>{said.title(money(order.amount))}</h1>
      {end.value === 'opening' ? (
        <p role="status">{said.opening(name)}</p>
      ) : (
        <Notice title={end.value === 'closed' ? said.closed : said[end.value](name)} kind={kindOf(end.value)}>
          <p class="quiet">{textOf(end.value, said)}</p>
        </Notice>
      )}
      <div class="row">
        {end.value !== 'opening' && <Button onPress={() => void open()}>{said.again}</Button>}
        <ButtonLink href={beganAt(order)} kind="plain">
          {order.reservationId === null ? said.toWallet : said.toHold}
        </ButtonLink>
      </div>
    </>
  );
}

function kindOf(end: TossEnd): 'calm' | 'refused' {
  return end === 'closed' ? 'calm' : 'refused';
}

function textOf(end: TossEnd, said: (typeof words)['ko']): string {
  return { closed: said.closedText, 'not loaded': said.notLoadedText, 'not opened': said.notOpenedText }[end];
}
