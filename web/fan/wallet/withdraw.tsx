/** Money back to where it came from: how much, once more to be sure, and then what became of it. */
import { useSignal, type Signal } from '@preact/signals';
import { askOnce } from '../../client/keys.ts';
import type { Reply } from '../../client/client.ts';
import { asProblem, type Problem } from '../../client/problem.ts';
import { Button } from '../../ui/button.tsx';
import { useHeir } from '../../ui/focus.ts';
import { Refused } from '../../ui/notice.tsx';
import { money, number, say } from '../../words/words.ts';
import { AmountField, wonOf } from '../amount.tsx';

const words = {
  ko: {
    most: (amount: string) => `${amount}까지 출금할 수 있어요. 결제한 수단으로, 최근에 충전한 금액부터 돌려보내요.`,
    amount: '출금할 금액 (원)',
    between: (to: string) => `1원부터 ${to}까지 적어 주세요.`,
    next: '다음',
    sure: '이대로 출금할까요?',
    sum: '출금할 금액',
    after: '출금 후 잔액',
    withdraw: (amount: string) => `${amount} 출금`,
    back: '돌아가기',
    told: {
      PENDING: (balance: string) => `출금을 시작했어요. 지갑 잔액 ${balance}`,
      DONE: (balance: string) => `출금했어요. 지갑 잔액 ${balance}`,
      FAILED: () => '돌려보내지 못해서 지갑에 다시 넣었어요.',
    },
  },
  en: {
    most: (amount: string) => `You can withdraw ${amount}. It goes back to how you paid, the newest top-up first.`,
    amount: 'Amount to withdraw (₩)',
    between: (to: string) => `Enter an amount from ₩1 to ${to}.`,
    next: 'Continue',
    sure: 'Withdraw this?',
    sum: 'Withdrawal',
    after: 'Balance afterwards',
    withdraw: (amount: string) => `Withdraw ${amount}`,
    back: 'Go back',
    told: {
      PENDING: (balance: string) => `Your withdrawal has begun. Your balance is ${balance}.`,
      DONE: (balance: string) => `Withdrawn. Your balance is ${balance}.`,
      FAILED: () => 'It could not be sent back, and is in your wallet again.',
    },
  },
};

export interface WithdrawProps {
  readonly balance: number;
  /** At least 1. */
  readonly withdrawable: number;
  /** Where it is said what became of it. */
  readonly told: Signal<string>;
  readonly onWithdrawn: () => void;
}

export function Withdraw(props: WithdrawProps) {
  const said = say(words);
  const { withdrawable } = props;
  const amount = useSignal(number(withdrawable));
  const fault = useSignal<string | undefined>(undefined);
  const asked = useSignal<number | undefined>(undefined);
  const form = useHeir<HTMLFormElement>(asked.value, asked.value === undefined && props.told.value === '');
  const submit = (): void => {
    const wanted = wonOf(amount.value);
    const isRight = wanted >= 1 && wanted <= withdrawable;
    fault.value = isRight ? undefined : said.between(money(withdrawable));
    if (isRight) asked.value = wanted;
  };
  if (asked.value !== undefined) {
    return (
      <Sure
        {...props}
        amount={asked.value}
        onEnd={() => {
          asked.value = undefined;
        }}
      />
    );
  }
  return (
    <form
      class="stack withdraw"
      noValidate
      ref={form}
      tabIndex={-1}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <AmountField label={said.amount} amount={amount} hint={said.most(money(withdrawable))} fault={fault.value} />
      <div>
        <Button type="submit" kind="plain">
          {said.next}
        </Button>
      </div>
    </form>
  );
}

type SureProps = WithdrawProps & { readonly amount: number; readonly onEnd: () => void };

function useWithdrawing({ amount, told, onWithdrawn, onEnd }: SureProps) {
  const said = say(words);
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const press = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    problem.value = undefined;
    try {
      const body = { amount };
      const { status, balance }: Reply<'createWithdrawal'> = await askOnce(`withdraw:${amount}`, 'createWithdrawal', {
        body,
      });
      told.value = said.told[status](money(balance));
      onEnd();
      onWithdrawn();
    } catch (error) {
      problem.value = asProblem(error);
      // It was spent, or withdrawn elsewhere, meanwhile.
      if (problem.value.code === 'NOT_WITHDRAWABLE') onWithdrawn();
    }
    busy.value = false;
  };
  return { busy, problem, press };
}

function Sure(props: SureProps) {
  const said = say(words);
  const { amount, balance, onEnd } = props;
  const { busy, problem, press } = useWithdrawing(props);
  const panel = useHeir<HTMLDivElement>('sure');
  return (
    <div class="stack withdraw" role="group" aria-label={said.sure} ref={panel} tabIndex={-1}>
      <p>
        <strong>{said.sure}</strong>
      </p>
      <dl class="sums">
        <div>
          <dt>{said.sum}</dt>
          <dd>{money(amount)}</dd>
        </div>
        <div>
          <dt>{said.after}</dt>
          <dd>{money(balance - amount)}</dd>
        </div>
      </dl>
      {problem.value !== undefined && <Refused problem={problem.value} />}
      <div class="row">
        <Button busy={busy.value} onPress={() => void press()}>
          {said.withdraw(money(amount))}
        </Button>
        <Button kind="plain" disabled={busy.value} onPress={onEnd}>
          {said.back}
        </Button>
      </div>
    </div>
  );
}
