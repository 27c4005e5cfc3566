/**
 * Back from a gateway. It says what became of the payment and leads on: to the hold that it was for, whose time is running, or
 * to the wallet. While nobody knows yet, it says so and goes on asking; whoever leaves meanwhile loses nothing.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { useHeir } from '../../ui/focus.ts';
import { Notice, Refused } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { clockTime, money, say } from '../../words/words.ts';
import { beganAt, checkoutOf, wasSentBack, type Order } from '../orders.ts';
import { useQueryAt } from '../router.ts';
import { useTitle } from '../title.ts';
import { PaidFor } from './paid-for.tsx';
import { readAddress, useReturned, type Address, type Returned } from './returned.ts';
import './return.css';

const words = {
  ko: {
    title: '충전',
    checking: '결제를 확인하고 있어요',
    checkingText: '결제사의 답을 기다리고 있어요. 결제됐다면 지갑에 들어오고, 아니라면 돈은 나가지 않아요.',
    leave: '이 화면을 닫아도 괜찮아요. 확인은 계속되고, 결과는 지갑에서 볼 수 있어요.',
    now: '지금 확인하기',
    waiting: '아직 결제하지 않았어요',
    waitingText: (until: string) => `${until}까지 이어서 결제할 수 있어요.`,
    goOn: '이어서 결제하기',
    cancelled: '결제를 취소했어요',
    failed: '결제가 완료되지 않았어요',
    failedText: '돈은 나가지 않았어요. 다시 시도하거나 다른 결제 수단을 써 주세요.',
    mismatch: '주문한 금액과 결제한 금액이 달라요',
    mismatchText: '그래서 결제를 받지 않았고, 돈은 나가지 않았어요. 처음부터 다시 충전해 주세요.',
    refusedByCard: '카드사에서 결제를 승인하지 않았어요. 다른 카드나 결제 수단으로 다시 시도해 주세요.',
    expired: '결제할 수 있는 시간이 지났어요',
    expiredText: '결제하지 않았다면 돈은 나가지 않았어요. 이미 결제했다면 확인되는 대로 지갑에 들어와요.',
    again: '다시 충전하기',
    toHold: '좌석으로 돌아가기',
    toWallet: '지갑으로 가기',
    notYours: '이 결제를 찾을 수 없어요',
    notYoursText: '주소가 잘렸거나, 다른 계정으로 로그인했어요. 결제한 계정으로 로그인했는지 확인해 주세요.',
    ordered: '충전 금액',
    number: '주문 번호',
    code: '결제사 코드',
  },
  en: {
    title: 'Top-up',
    checking: 'Checking your payment',
    checkingText:
      'The payment company has not answered yet. If you paid, the money will be in your wallet; if not, none is taken.',
    leave: 'You can close this page. The check goes on, and your wallet shows how it ended.',
    now: 'Check now',
    waiting: 'You have not paid yet',
    waitingText: (until: string) => `You can go on until ${until}.`,
    goOn: 'Go on to pay',
    cancelled: 'You cancelled the payment',
    failed: 'The payment did not go through',
    failedText: 'No money was taken. Try again, or pay in another way.',
    mismatch: 'The amount paid is not the amount ordered',
    mismatchText: 'So the payment was not accepted, and no money was taken. Please start again.',
    refusedByCard: 'The card company did not accept it. Try again with another card, or pay in another way.',
    expired: 'The time to pay is over',
    expiredText:
      'If you did not pay, no money was taken. If you did, it will be in your wallet as soon as that is known.',
    again: 'Top up again',
    toHold: 'Back to your seats',
    toWallet: 'Go to your wallet',
    notYours: 'This payment cannot be found',
    notYoursText:
      'The address is incomplete, or it belongs to another account. Check that you signed in with the one you paid from.',
    ordered: 'Top-up',
    number: 'Order number',
    code: 'Code of the payment company',
  },
};

export function Return() {
  const address = readAddress(useQueryAt('/wallet/return'));
  return address.orderId === '' ? <NotYours /> : <Known address={address} />;
}

function Known({ address }: { readonly address: Address }) {
  const said = say(words);
  const returned = useReturned(address);
  const now = returned.state.value;
  useTitle(said.title);
  if (now.at === 'failed') {
    if (now.problem.code === 'NOT_FOUND') return <NotYours />;
    return (
      <div class="returned">
        <h1>{said.title}</h1>
        <Refused problem={now.problem} onRetry={returned.again} />
      </div>
    );
  }
  if (now.at === 'loading') {
    return (
      <div class="returned" aria-busy="true">
        <h1>{said.checking}</h1>
        <Skeleton height="9rem" />
      </div>
    );
  }
  return <Outcome returned={now.data} address={address} again={returned.again} />;
}

interface OutcomeProps {
  readonly returned: Returned;
  readonly address: Address;
  readonly again: () => void;
}

function Outcome({ returned, address, again }: OutcomeProps) {
  const { order, refused, isUnclear } = returned;
  if (order.status === 'PAID') return <PaidFor order={order} />;
  if (refused !== undefined || order.status === 'FAILED' || (address.isFailed && !isUnclear)) {
    return <Failed order={order} why={refused?.code ?? address.because} />;
  }
  if (isUnclear) return <Unclear order={order} again={again} />;
  return order.status === 'EXPIRED' ? <Expired order={order} /> : <Waiting order={order} />;
}

interface AnswerProps {
  readonly order: Order;
  readonly heading: string;
  /** The way on; focused, unless the fan is somewhere else by then. */
  readonly way: { readonly href: string; readonly text: string };
  readonly besides?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Heading, what it means, the sum, and the ways on. */
function Answer({ order, heading, way, besides, children }: AnswerProps) {
  const said = say(words);
  const link = useHeir<HTMLAnchorElement>(heading);
  const id = useId();
  return (
    <div class="returned">
      <h1 id={`${id}-what`}>{heading}</h1>
      <div class="stack" role="status" id={`${id}-why`}>
        {children}
      </div>
      <dl class="sums small">
        <div>
          <dt>{said.ordered}</dt>
          <dd>{money(order.amount)}</dd>
        </div>
        <div>
          <dt>{said.number}</dt>
          <dd>
            <code>{order.id.slice(-8).toUpperCase()}</code>
          </dd>
        </div>
      </dl>
      <div class="row">
        <ButtonLink href={way.href} link={link} describedBy={`${id}-what ${id}-why`}>
          {way.text}
        </ButtonLink>
        {besides}
      </div>
    </div>
  );
}

/** To where the top-up was begun. */
function BackLink({ order }: { readonly order: Order }) {
  const said = say(words);
  return (
    <ButtonLink href={beganAt(order)} kind="plain">
      {order.reservationId === null ? said.toWallet : said.toHold}
    </ButtonLink>
  );
}

function Unclear({ order, again }: { readonly order: Order; readonly again: () => void }) {
  const said = say(words);
  const way = { href: beganAt(order), text: order.reservationId === null ? said.toWallet : said.toHold };
  const besides = (
    <Button kind="plain" onPress={again}>
      {said.now}
    </Button>
  );
  return (
    <Answer order={order} heading={said.checking} way={way} besides={besides}>
      <p>{said.checkingText}</p>
      <p class="quiet">{said.leave}</p>
    </Answer>
  );
}

function Waiting({ order }: { readonly order: Order }) {
  const said = say(words);
  const way = { href: checkoutOf(order), text: said.goOn };
  return (
    <Answer order={order} heading={said.waiting} way={way} besides={<BackLink order={order} />}>
      <p>{said.waitingText(clockTime(order.expiresAt))}</p>
    </Answer>
  );
}

function Expired({ order }: { readonly order: Order }) {
  const said = say(words);
  return (
    <Answer order={order} heading={said.expired} way={{ href: beganAt(order), text: said.again }}>
      <p>{said.expiredText}</p>
    </Answer>
  );
}

/** What the fan did, and what the card company did; whatever else it was comes to the same for them. */
const cancelled: ReadonlySet<string | undefined> = new Set(['PAY_PROCESS_CANCELED', 'USER_CANCEL']);
const refused_by_card: ReadonlySet<string | undefined> = new Set(['REJECT_CARD_COMPANY', 'REJECT_CARD_PAYMENT']);
/** Codes of ours, which say nothing more. */
const own: ReadonlySet<string | undefined> = new Set([undefined, 'PAYMENT_FAILED', 'AMOUNT_MISMATCH']);

function Failed({ order, why }: { readonly order: Order; readonly why: string | undefined }) {
  const said = say(words);
  useEffect(() => wasSentBack(order), [order.id]);
  const isMismatch = why === 'AMOUNT_MISMATCH';
  const heading = isMismatch ? said.mismatch : cancelled.has(why) ? said.cancelled : said.failed;
  const text = isMismatch ? said.mismatchText : refused_by_card.has(why) ? said.refusedByCard : said.failedText;
  return (
    <Answer order={order} heading={heading} way={{ href: beganAt(order), text: said.again }}>
      <p>{text}</p>
      {!own.has(why) && !cancelled.has(why) && (
        <p class="small quiet">
          {said.code} <code>{why}</code>
        </p>
      )}
    </Answer>
  );
}

function NotYours() {
  const said = say(words);
  useTitle(said.title);
  return (
    <div class="returned">
      <h1>{said.title}</h1>
      <Notice title={said.notYours} actions={<ButtonLink href="/my">{said.toWallet}</ButtonLink>}>
        <p class="quiet">{said.notYoursText}</p>
      </Notice>
    </div>
  );
}
