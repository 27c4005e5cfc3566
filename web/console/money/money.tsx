/** Money from outside: what somebody must act on first, then each day to hold against the gateway's statement. */
import { ButtonLink } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { say } from '../../words/words.ts';
import { moneyStanding } from '../live/watch.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Acting } from './acting.tsx';
import { Days } from './days.tsx';
import '../desk/desk.css';
import './money.css';

const words = {
  ko: {
    title: '입출금',
    text: '결제사를 거쳐 지갑에 들어오고 나간 돈이에요.',
    orders: '충전 주문 찾기',
    play: '지금은 데모 머니예요',
    open: '누구나 지갑을 바로 채울 수 있어요. 이 돈은 실제로 받은 돈이 아니에요.',
    sandbox: '모의 결제(샌드박스)가 켜져 있어요. 모의 결제로 들어온 돈은 실제로 받은 돈이 아니에요.',
  },
  en: {
    title: 'Money',
    text: 'What came into wallets through a gateway, and what went back.',
    orders: 'Find an order',
    play: 'This is play money',
    open: 'Anybody may fill a wallet at once. Nobody was paid this money.',
    sandbox: 'The sandbox is on. What is paid in it is simulated: nobody was paid this money.',
  },
};

export function Money() {
  const said = say(words);
  return (
    <>
      <PageHead
        title={said.title}
        actions={
          <ButtonLink href="/console/money/orders" kind="plain" size="small">
            {said.orders}
          </ButtonLink>
        }
      >
        {said.text}
      </PageHead>
      <PlayMoney />
      <Acting />
      <Days />
    </>
  );
}

function PlayMoney() {
  const said = say(words);
  const now = moneyStanding.value;
  if (now?.playMoney !== true) return null;
  return (
    <Notice title={said.play} kind="calm">
      {now.charges === 'open' && <p>{said.open}</p>}
      {now.sandbox && <p>{said.sandbox}</p>}
    </Notice>
  );
}
