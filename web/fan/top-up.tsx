/** Money into the wallet, in place: amounts to press, or one's own. Charged once, whatever the line does. */
import { useSignal, type Signal } from '@preact/signals';
import { askOnce } from '../client/keys.ts';
import { asProblem, type Problem } from '../client/problem.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Refused } from '../ui/notice.tsx';
import { money, say } from '../words/words.ts';
import './top-up.css';

/** The contract's limit of one charge. */
const charge_max = 10_000_000;
const usual = [50_000, 100_000, 300_000];
/** What is missing, up to the next round sum of each of these. */
const round_steps = [50_000, 100_000, 500_000];

const words = {
  ko: {
    amount: '충전할 금액 (원)',
    charge: (amount: string) => `${amount} 충전`,
    fault: `1원부터 ${charge_max.toLocaleString('ko-KR')}원까지 적어 주세요.`,
    done: (balance: string) => `충전했어요. 지갑 잔액 ${balance}`,
    presets: '자주 쓰는 금액',
  },
  en: {
    amount: 'Amount (₩)',
    charge: (amount: string) => `Top up ${amount}`,
    fault: `Enter an amount from ₩1 to ₩${charge_max.toLocaleString('en')}.`,
    done: (balance: string) => `Topped up. Your balance is ${balance}.`,
    presets: 'Usual amounts',
  },
};

/** An amount as people write it: `10000`, `10,000`, `₩10 000`, `10000원`; anything else is NaN, above all `1e5`. */
function wonOf(text: string): number {
  const plain = text
    .trim()
    .replace(/^₩\s*/, '')
    .replace(/\s*원$/, '');
  return /^(\d+|\d{1,3}([,\s]\d{3})+)$/.test(plain) ? Number(plain.replaceAll(/\D/g, '')) : Number.NaN;
}

export interface TopUpProps {
  /** What is missing; offered first, to the won, and then rounder sums. */
  readonly missing?: number | undefined;
  /** Where it is said that it went well: beside this form, which may be gone by then. */
  readonly told: Signal<string>;
  readonly onCharged: (balance: number) => void;
}

export function TopUp({ missing = 0, told, onCharged }: TopUpProps) {
  const said = say(words);
  const offers = offersFor(missing);
  const amount = useSignal(String(missing > 0 ? offers[0] : 100_000));
  const busy = useSignal(false);
  const fault = useSignal<string | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const wanted = wonOf(amount.value);
  const isValid = Number.isInteger(wanted) && wanted >= 1 && wanted <= charge_max;

  const charge = async (): Promise<void> => {
    fault.value = isValid ? undefined : said.fault;
    if (!isValid || busy.value) return;
    busy.value = true;
    problem.value = undefined;
    try {
      const { balance } = await askOnce(`charge:${wanted}`, 'createCharge', { body: { amount: wanted } });
      told.value = said.done(money(balance));
      onCharged(balance);
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };

  return (
    <form
      class="top-up stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void charge();
      }}
    >
      <Presets offers={offers} wanted={wanted} amount={amount} />
      <Field
        label={said.amount}
        name="amount"
        fault={fault.value}
        input={{
          inputMode: 'numeric',
          autocomplete: 'off',
          value: amount.value,
          onInput: (event) => {
            amount.value = event.currentTarget.value;
          },
        }}
      />
      {problem.value !== undefined && <Refused problem={problem.value} onRetry={() => void charge()} />}
      <Button type="submit" kind={missing > 0 ? 'main' : 'plain'} busy={busy.value}>
        {said.charge(isValid ? money(wanted) : '')}
      </Button>
    </form>
  );
}

interface PresetsProps {
  readonly offers: readonly number[];
  readonly wanted: number;
  readonly amount: Signal<string>;
}

/** Ascending, none twice, none above the limit of one charge. */
function offersFor(missing: number): number[] {
  const rounder = round_steps.map((step) => (Math.floor(missing / step) + 1) * step);
  const all = missing > 0 ? [missing, ...rounder] : usual;
  return [...new Set(all.map((amount) => Math.min(amount, charge_max)))];
}

function Presets({ offers, wanted, amount }: PresetsProps) {
  return (
    <div class="row" role="group" aria-label={say(words).presets}>
      {offers.map((preset) => (
        <button
          key={preset}
          type="button"
          class="preset"
          translate={false}
          aria-pressed={wanted === preset}
          onClick={() => {
            amount.value = String(preset);
          }}
        >
          {money(preset)}
        </button>
      ))}
    </div>
  );
}
