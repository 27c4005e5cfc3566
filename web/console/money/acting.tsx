/** What an operator must act on, the longest first: what is unclear, owed, on its way back, and could not be sent. */
import { moneyLimits } from '../../../src/contract/limits.ts';
import { ask } from '../../client/client.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { counted } from '../../words/language.ts';
import { money, number, say } from '../../words/words.ts';
import { moment } from '../desk/moments.ts';
import { PagesOf } from '../desk/pages-of.tsx';
import { moneyStanding, type MoneyStanding } from '../live/watch.ts';
import { Panel } from '../parts/panel.tsx';
import { Stat } from '../parts/stat.tsx';
import { OrderTable } from './order-table.tsx';
import { readOrders, type OrderFilter } from './orders.tsx';
import { WithdrawalTable } from './withdrawal-table.tsx';

const words = {
  ko: {
    title: '지금 확인할 것',
    fine: '결과를 모르는 주문도, 미회수 금액도, 보내지 못한 출금도 없어요.',
    unclear: '결과 미확인',
    unclearText: '결제사가 아직 결과를 알려 주지 않은 주문이에요. 답이 올 때까지 저절로 다시 물어봐요.',
    late: `${moneyLimits.unclearMinutesMax}분이 넘었어요. 결제사의 관리 화면에서 주문 번호로 확인해 보세요.`,
    since: (time: string) => `${time}부터`,
    owed: '미회수',
    owedText: '결제사가 취소했지만 지갑에 돈이 남아 있지 않았어요. 다음에 들어오는 돈에서 먼저 회수해요.',
    pending: '출금 처리 중',
    failed: `최근 ${moneyLimits.failedDays}일 출금 실패`,
    failedList: '출금 실패',
    failedText: '결제사가 거절해서 지갑으로 돌아간 금액이에요. 결제사 코드가 까닭이에요.',
    items: (count: string) => `${count}건`,
    none: '없어요.',
  },
  en: {
    title: 'To look after now',
    fine: 'Nothing is unclear, nothing is owed, and no withdrawal was refused.',
    unclear: 'Unclear',
    unclearText: 'The gateway has not said yet how these ended. It is asked again by itself until it does.',
    late: `For more than ${moneyLimits.unclearMinutesMax} minutes: look for the order at the gateway’s own desk.`,
    since: (time: string) => `since ${time}`,
    owed: 'Owed',
    owedText: 'Undone at the gateway when the wallet had nothing left. It is taken first from whatever comes in next.',
    pending: 'Withdrawals on their way',
    failed: `Not sent, last ${moneyLimits.failedDays} days`,
    failedList: 'Not sent',
    failedText: 'Refused by the gateway, so the money is back in the wallet. Its code says why.',
    items: (count: string) => counted(count, 'item'),
    none: 'None.',
  },
};

const shown_at_first = 20;

export function Acting() {
  const said = say(words);
  const now = moneyStanding.value;
  if (now === undefined) {
    return (
      <Panel title={said.title}>
        <Skeleton height="4rem" />
      </Panel>
    );
  }
  const isFine = now.unclear.count + now.owed.count + now.pending.count + now.failed.count === 0;
  const isAlarm = now.unclear.late.count + now.owed.count > 0;
  return (
    <>
      <Panel title={said.title} kind={isAlarm ? 'alarm' : 'plain'}>
        {isFine ? <p class="quiet">{said.fine}</p> : <Numbers now={now} />}
      </Panel>
      <Lists now={now} />
    </>
  );
}

function Numbers({ now: { unclear, owed, pending, failed } }: { readonly now: MoneyStanding }) {
  const said = say(words);
  const items = (count: number): string => said.items(number(count));
  const since = (time: string | null): string => (time === null ? '' : `, ${said.since(moment(time))}`);
  return (
    <dl class="stats">
      <Stat
        label={said.unclear}
        value={money(unclear.amount)}
        of={items(unclear.count) + since(unclear.since)}
        alarm={unclear.late.count > 0 ? said.late : undefined}
      />
      <Stat
        label={said.owed}
        value={money(owed.amount)}
        of={items(owed.count)}
        alarm={owed.count > 0 ? said.owedText : undefined}
      />
      <Stat label={said.pending} value={money(pending.amount)} of={items(pending.count) + since(pending.since)} />
      <Stat label={said.failed} value={money(failed.amount)} of={items(failed.count)} />
    </dl>
  );
}

/** Read again when the numbers of what they list change, not while somebody reads them. */
function Lists({ now: { unclear, owed, pending, failed } }: { readonly now: MoneyStanding }) {
  const said = say(words);
  return (
    <>
      {unclear.count > 0 && (
        <Panel title={said.unclear}>
          <p class="small quiet">{said.unclearText}</p>
          {unclear.late.count > 0 && <p class="small alarm">{said.late}</p>}
          <OrderList
            asked={`${unclear.count} ${unclear.since} ${unclear.late.count}`}
            filter={{ unclear: 'true' }}
            caption={said.unclear}
          />
        </Panel>
      )}
      {owed.count > 0 && (
        <Panel title={said.owed}>
          <p class="small quiet">{said.owedText}</p>
          <OrderList asked={`${owed.count} ${owed.amount}`} filter={{ owed: 'true' }} caption={said.owed} />
        </Panel>
      )}
      {pending.count > 0 && (
        <Panel title={said.pending}>
          <WithdrawalList
            asked={`${pending.count} ${pending.since}`}
            filter={{ status: 'PENDING' }}
            caption={said.pending}
          />
        </Panel>
      )}
      {failed.count > 0 && (
        <Panel title={said.failedList}>
          <p class="small quiet">{said.failedText}</p>
          <WithdrawalList
            asked={`${failed.count} ${failed.amount}`}
            filter={{ failed: 'true' }}
            caption={said.failedList}
          />
        </Panel>
      )}
    </>
  );
}

interface ListProps<Filter> {
  /** Another text: it is read again. */
  readonly asked: string;
  readonly filter: Filter;
  readonly caption: string;
}

function OrderList({ asked, filter, caption }: ListProps<OrderFilter>) {
  return (
    <PagesOf asked={asked} read={(cursor, signal) => readOrders({ ...filter, limit: shown_at_first }, cursor, signal)}>
      {(rows) => <OrderTable caption={caption} rows={rows} empty={say(words).none} />}
    </PagesOf>
  );
}

interface WithdrawalFilter {
  readonly status?: 'PENDING';
  readonly failed?: 'true';
  readonly userId?: string;
}

export async function readWithdrawals(
  filter: WithdrawalFilter,
  cursor: string | undefined,
  signal: AbortSignal | undefined,
) {
  const query = { ...filter, limit: shown_at_first, ...(cursor === undefined ? {} : { cursor }) };
  const page = await ask('listAllWithdrawals', { query, ...(signal === undefined ? {} : { signal }) });
  return { rows: page.withdrawals, nextCursor: page.nextCursor };
}

function WithdrawalList({ asked, filter, caption }: ListProps<WithdrawalFilter>) {
  return (
    <PagesOf asked={asked} read={(cursor, signal) => readWithdrawals(filter, cursor, signal)}>
      {(rows) => <WithdrawalTable caption={caption} rows={rows} empty={say(words).none} />}
    </PagesOf>
  );
}
