/** A fan's orders to top up by how they stand: what is under way, or news, stands before the eyes; what is over can be opened. */
import { ask, type Reply } from '../../client/client.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { clockTime, dateAndTime, money, number, say } from '../../words/words.ts';
import { More, usePaged, type Part } from '../more.tsx';
import { checkoutOf, isSentBack, isUnsettled, returnOf, type Order } from '../orders.ts';

export type Orders = Reply<'listChargeOrders'>;

const page_size = 20;
/** For so long something is news. */
const news_ms = 7 * 86_400_000;

const words = {
  ko: {
    underWay: '진행 중인 충전',
    past: (count: string) => `지난 충전 주문 (${count})`,
    waiting: (until: string) => `결제를 기다리고 있어요. ${until}까지 결제할 수 있어요.`,
    unclear: (since: string) => `${since}부터 결제사에 확인하고 있어요. 결제됐다면 지갑에 들어와요.`,
    late: '주문 시간이 지난 뒤에 결제가 확인돼서 지갑에 넣었어요.',
    goOn: '결제하기',
    look: '상태 보기',
    states: { OPEN: '결제 안 됨', PAID: '충전 완료', LATE: '늦게 충전됨', FAILED: '결제 안 됨', EXPIRED: '시간 만료' },
  },
  en: {
    underWay: 'Top-ups under way',
    past: (count: string) => `Earlier top-up orders (${count})`,
    waiting: (until: string) => `Waiting for your payment. You can pay until ${until}.`,
    unclear: (since: string) => `Being checked since ${since}. If you paid, it will be in your wallet.`,
    late: 'Your payment came after the order had expired. It is in your wallet.',
    goOn: 'Pay',
    look: 'See how it stands',
    states: { OPEN: 'Not paid', PAID: 'Topped up', LATE: 'Topped up late', FAILED: 'Not paid', EXPIRED: 'Expired' },
  },
};

export async function askOrders(query: { cursor?: string } = {}, signal?: AbortSignal): Promise<Orders> {
  return ask('listChargeOrders', { query: { limit: page_size, ...query }, ...(signal !== undefined && { signal }) });
}

/** It was paid when nobody counted on it any more. */
function isLate({ status, paidAt, expiresAt }: Order): boolean {
  return status === 'PAID' && paidAt !== null && Date.parse(paidAt) > Date.parse(expiresAt);
}

/** Of one that is over. Those that are open and over are the ones with which a gateway sent the fan back. */
const stateOf = (order: Order): Order['status'] | 'LATE' => (isLate(order) ? 'LATE' : order.status);

function isNews(order: Order): boolean {
  const { status, paidAt } = order;
  if (isUnsettled(order) || (status === 'OPEN' && !isSentBack(order))) return true;
  return isLate(order) && paidAt !== null && Date.now() - Date.parse(paidAt) < news_ms;
}

export function OrdersUnderWay({ orders }: { readonly orders: readonly Order[] }) {
  const news = orders.filter(isNews);
  if (news.length === 0) return undefined;
  return (
    <section class="stack">
      <h3>{say(words).underWay}</h3>
      <ul class="moves">
        {news.map((order) => (
          <li key={order.id}>
            <News order={order} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function News({ order }: { readonly order: Order }) {
  const said = say(words);
  const { amount, expiresAt, createdAt, unclearSince } = order;
  if (isLate(order)) {
    return (
      <div>
        <b>{money(amount)}</b>
        <p class="small quiet">{said.late}</p>
      </div>
    );
  }
  const isUnclear = isUnsettled(order);
  return (
    <>
      <div>
        <b>{money(amount)}</b>
        <p class="small quiet">
          {isUnclear ? said.unclear(dateAndTime(unclearSince ?? createdAt)) : said.waiting(clockTime(expiresAt))}
        </p>
      </div>
      <ButtonLink href={isUnclear ? returnOf(order) : checkoutOf(order)} kind="plain" size="small">
        {isUnclear ? said.look : said.goOn}
      </ButtonLink>
    </>
  );
}

const partOf = ({ orders, nextCursor }: Orders): Part<Order> => ({ items: orders, nextCursor });

export function PastOrders({ first }: { readonly first: Orders }) {
  const said = say(words);
  const paged = usePaged(partOf(first), async (cursor) => partOf(await askOrders({ cursor })));
  const past = paged.items.filter((order) => !isNews(order));
  if (past.length === 0) return undefined;
  return (
    <details>
      <summary>{said.past(number(past.length))}</summary>
      <ul class="moves">
        {past.map((order) => (
          <li key={order.id}>
            <div>
              <b>{money(order.amount)}</b>
              <p class="small quiet">{dateAndTime(order.createdAt)}</p>
            </div>
            <span class="small quiet">{said.states[stateOf(order)]}</span>
          </li>
        ))}
      </ul>
      <More of={paged} />
    </details>
  );
}
