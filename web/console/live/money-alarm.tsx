/** Money that somebody has to look after, told on every page: what has been unclear for too long, and what is owed. */
import { moneyLimits } from '../../../src/contract/limits.ts';
import { counted } from '../../words/language.ts';
import { money, number, say } from '../../words/words.ts';
import { moneyStanding } from './watch.ts';

const words = {
  ko: {
    late: (count: string, amount: string) =>
      `${moneyLimits.unclearMinutesMax}분 넘게 결과를 알 수 없는 충전 주문 ${count}건, ${amount}`,
    owed: (amount: string) => `지갑에서 미회수 ${amount}`,
    look: '입출금에서 확인하기',
  },
  en: {
    late: (count: string, amount: string) =>
      `${counted(count, 'order')} unclear for more than ${moneyLimits.unclearMinutesMax} minutes, ${amount}`,
    owed: (amount: string) => `${amount} owed by wallets`,
    look: 'Look at Money',
  },
};

/** Nothing where all is well. */
export function MoneyAlarm() {
  const said = say(words);
  const now = moneyStanding.value;
  if (now === undefined || (now.unclear.late.count === 0 && now.owed.count === 0)) return null;
  const { late } = now.unclear;
  return (
    <p class="money-alarm" role="status">
      {late.count > 0 && <span>{said.late(number(late.count), money(late.amount))}</span>}
      {now.owed.count > 0 && <span>{said.owed(money(now.owed.amount))}</span>}
      <a href="/console/money">{said.look}</a>
    </p>
  );
}
