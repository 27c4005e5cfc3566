/** What was paid, the fee, and what comes back or came back of it; on top of it what makes up for a date that was called off. */
import { money, say } from '../../words/words.ts';
import type { Sums } from './known.ts';
import './given-back.css';

const words = {
  ko: { paid: '결제한 금액', fee: '취소 수수료', refund: '환불 금액', compensation: '보상금' },
  en: { paid: 'Paid', fee: 'Cancellation fee', refund: 'Refund', compensation: 'Compensation' },
};

interface RefundSumsProps extends Sums {
  readonly compensation?: number;
}

export function RefundSums({ price, fee, refund, compensation = 0 }: RefundSumsProps) {
  const said = say(words);
  return (
    <dl class="sums refund-sums">
      <div>
        <dt>{said.paid}</dt>
        <dd>{money(price)}</dd>
      </div>
      <div>
        <dt>{said.fee}</dt>
        <dd>{fee === 0 ? money(0) : `−${money(fee)}`}</dd>
      </div>
      <div class="result">
        <dt>{said.refund}</dt>
        <dd>{money(refund)}</dd>
      </div>
      {compensation > 0 && (
        <div>
          <dt>{said.compensation}</dt>
          <dd>+{money(compensation)}</dd>
        </div>
      )}
    </dl>
  );
}
