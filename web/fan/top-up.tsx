/**
 * Money into the wallet, in place: first through a gateway, where there is one; at once, as play money, where anybody may.
 * What cannot be is said before anything is sent.
 */
import { useEffect } from 'preact/hooks';
import { useSignal, type Signal } from '@preact/signals';
import { askOnce } from '../client/keys.ts';
import { asProblem, type Problem } from '../client/problem.ts';
import { Button } from '../ui/button.tsx';
import { Notice, Refused } from '../ui/notice.tsx';
import { money, number, say } from '../words/words.ts';
import { AmountField, Presets, wonOf } from './amount.tsx';
import { askChargeWays, chargeWays, type ChargeMethod, type ChargeWays } from './charge-ways.ts';
import { isUnsettled, leaveFor, orderOf, type Order } from './orders.ts';
import { Methods, Unsettled } from './top-up-choices.tsx';
import './top-up.css';

/** The contract's limit of one top-up. */
const charge_max = 10_000_000;
const leaving_ms_max = 8_000;
const usual_first = 100_000;
const usual = [50_000, 100_000, 300_000];
/** What is missing, up to the next round sum of each of these. */
const round_steps = [50_000, 100_000, 500_000];

const words = {
  ko: {
    amount: '충전할 금액 (원)',
    presets: '자주 쓰는 금액',
    charge: (amount: string) => `${amount} 충전`,
    between: (from: string, to: string) => `${from}부터 ${to}까지 적어 주세요.`,
    room: (max: string, room: string) => `지갑에는 ${max}까지 담을 수 있어요. 지금은 ${room}까지 충전할 수 있어요.`,
    full: (max: string) => `지갑에는 ${max}까지 담을 수 있어서 지금은 더 충전할 수 없어요.`,
    done: (balance: string) => `충전했어요. 지갑 잔액 ${balance}`,
    play: '데모 머니예요. 실제 돈은 나가지 않아요.',
    next: (name: string) => `${name} 화면에서 결제하고 돌아와요.`,
    nextHeld: (name: string) => `${name} 화면에서 결제하고 이 좌석으로 돌아와요. 남은 시간은 계속 줄어요.`,
    atOnce: (amount: string) => `데모 머니 ${amount} 바로 충전`,
    unknown: '충전 방법을 불러오지 못했어요',
    none: '지금은 여기서 충전할 수 없어요',
    again: '다시 시도',
  },
  en: {
    amount: 'Amount (₩)',
    presets: 'Usual amounts',
    charge: (amount: string) => `Top up ${amount}`,
    between: (from: string, to: string) => `Enter an amount from ${from} to ${to}.`,
    room: (max: string, room: string) => `A wallet holds ${max} at most. You can top up ${room} now.`,
    full: (max: string) => `A wallet holds ${max} at most, so you cannot top up any more now.`,
    done: (balance: string) => `Topped up. Your balance is ${balance}.`,
    play: 'This is play money. No real money is taken.',
    next: (name: string) => `You pay at ${name} and come back here.`,
    nextHeld: (name: string) => `You pay at ${name} and come back to these seats. Your time goes on running.`,
    atOnce: (amount: string) => `Top up ${amount} of play money at once`,
    unknown: 'The ways to top up could not be loaded',
    none: 'You cannot top up here just now',
    again: 'Try again',
  },
};

export interface TopUpProps {
  /** What is in the wallet: it holds no more than its limit. */
  readonly balance: number;
  /** What is missing; offered first, to the won, and then rounder sums. */
  readonly missing?: number | undefined;
  /** The hold that it is for, to come back to. */
  readonly reservationId?: string | undefined;
  /** Where it is said that it went well: beside this form, which may be gone by then. */
  readonly told: Signal<string>;
  readonly onCharged: (balance: number) => void;
  /** The browser shows this page again as it was left: what it says may be old. */
  readonly onBack: () => void;
}

export function TopUp(props: TopUpProps) {
  const said = say(words);
  const ways = chargeWays();
  if (ways === undefined) {
    const again = (
      <Button kind="plain" onPress={() => void askChargeWays()}>
        {said.again}
      </Button>
    );
    return <Notice title={said.unknown} actions={again} />;
  }
  if (ways.methods.length === 0 && !ways.open) return <Notice title={said.none} kind="calm" />;
  return <Form {...props} ways={ways} />;
}

interface FormProps extends TopUpProps {
  readonly ways: ChargeWays;
}

function Form(props: FormProps) {
  const said = say(words);
  const { ways, missing = 0, balance } = props;
  const { methods, open, walletMax } = ways;
  const chosen = useSignal<ChargeMethod['id'] | undefined>(methods[0]?.id);
  const method = methods.find(({ id }) => id === chosen.value) ?? methods[0];
  const room = Math.max(0, walletMax - balance);
  const offers = offersFor(missing, method, room);
  const amount = useSignal(number(firstOf(offers, missing)));
  const doing = useTopUp({ ...props, amount, room, method });
  const { fault, problem, unsettled, press } = doing;
  return (
    <form
      class="top-up stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void press(method === undefined ? 'at once' : 'gateway');
      }}
    >
      <Presets label={said.presets} offers={offers} amount={amount} />
      <AmountField label={said.amount} amount={amount} hint={open ? said.play : undefined} fault={fault.value} />
      {methods.length > 1 && <Methods methods={methods} chosen={chosen} />}
      {problem.value !== undefined && (
        <Refused problem={problem.value.found} onRetry={() => void press(problem.value?.how ?? 'gateway')} />
      )}
      {unsettled.value !== undefined && <Unsettled order={unsettled.value} onAnew={() => void press('anew')} />}
      <Buttons {...props} method={method} shown={shownOf(amount.value)} doing={doing} />
    </form>
  );
}

/** What stands on the buttons: nothing where it is no amount. */
function shownOf(amount: string): string {
  const wanted = wonOf(amount);
  return Number.isInteger(wanted) && wanted >= 1 && wanted <= charge_max ? money(wanted) : '';
}

interface ButtonsProps extends FormProps {
  readonly method: ChargeMethod | undefined;
  readonly shown: string;
  readonly doing: Pick<ReturnType<typeof useTopUp>, 'busy' | 'press'>;
}

/** The main one goes through the gateway, if there is one; then topping up at once is the other way. */
function Buttons({ ways, missing = 0, reservationId, method, shown, doing: { busy, press } }: ButtonsProps) {
  const said = say(words);
  const next = reservationId === undefined ? said.next : said.nextHeld;
  const isMainBusy = busy.value === (method === undefined ? 'at once' : 'gateway');
  return (
    <>
      <Button type="submit" kind={missing > 0 ? 'main' : 'plain'} busy={isMainBusy}>
        {said.charge(shown)}
      </Button>
      {method !== undefined && <p class="small quiet">{next(method.name)}</p>}
      {method !== undefined && ways.open && (
        <div class="other-way">
          <Button kind="plain" size="small" busy={busy.value === 'at once'} onPress={() => void press('at once')}>
            {said.atOnce(shown)}
          </Button>
        </div>
      )}
    </>
  );
}

interface Doing extends FormProps {
  readonly amount: Signal<string>;
  /** How much more the wallet holds. */
  readonly room: number;
  /** Undefined where there is no gateway. */
  readonly method: ChargeMethod | undefined;
}

/** `anew`: through the gateway, though there is an order of the same amount that nobody knows the end of. */
type Press = 'gateway' | 'anew' | 'at once';

/** Topping up, and what came of it. */
function useTopUp({ amount, room, method, ways, reservationId, told, onCharged, onBack }: Doing) {
  const said = say(words);
  const busy = useSignal<'gateway' | 'at once' | undefined>(undefined);
  const fault = useSignal<string | undefined>(undefined);
  const problem = useSignal<{ readonly found: Problem; readonly how: Press } | undefined>(undefined);
  const unsettled = useSignal<Order | undefined>(undefined);
  useBack(() => {
    busy.value = undefined;
    unsettled.value = undefined;
    onBack();
  });
  const faultOf = (wanted: number, through: ChargeMethod | undefined): string | undefined => {
    const [from, to] = boundsOf(through);
    if (!(wanted >= from && wanted <= to)) return said.between(money(from), money(to));
    if (wanted <= room) return undefined;
    const max = money(ways.walletMax);
    return room < from ? said.full(max) : said.room(max, money(room));
  };
  const atOnce = async (wanted: number): Promise<void> => {
    const { balance } = await askOnce(`charge:${wanted}`, 'createCharge', { body: { amount: wanted } });
    busy.value = undefined;
    told.value = said.done(money(balance));
    onCharged(balance);
  };
  const through = async (by: ChargeMethod, wanted: number, anew: boolean): Promise<void> => {
    const order = await orderOf({ amount: wanted, method: by.id, reservationId }, { anew });
    if (isUnsettled(order)) {
      unsettled.value = order;
      busy.value = undefined;
      return;
    }
    leaveFor(order);
    // Whoever presses again meanwhile is on the way already; and where the way is blocked, may press again.
    setTimeout(() => {
      busy.value = undefined;
    }, leaving_ms_max);
  };
  const press = async (how: Press): Promise<void> => {
    const wanted = wonOf(amount.value);
    const by = how === 'at once' ? undefined : method;
    if (busy.value !== undefined) return;
    fault.value = faultOf(wanted, by);
    unsettled.value = undefined;
    problem.value = undefined;
    if (fault.value !== undefined) return;
    busy.value = by === undefined ? 'at once' : 'gateway';
    try {
      await (by === undefined ? atOnce(wanted) : through(by, wanted, how === 'anew'));
    } catch (error) {
      problem.value = { found: asProblem(error), how };
      busy.value = undefined;
    }
  };
  return { busy, fault, problem, unsettled, press };
}

/** Called when the browser brings the page back from its memory, without loading it. */
function useBack(onBack: () => void): void {
  useEffect(() => {
    const back = ({ persisted }: PageTransitionEvent): void => {
      if (persisted) onBack();
    };
    addEventListener('pageshow', back);
    return () => removeEventListener('pageshow', back);
  }, []);
}

function boundsOf(method: ChargeMethod | undefined): readonly [from: number, to: number] {
  return method === undefined ? [1, charge_max] : [method.minAmount, Math.min(method.maxAmount, charge_max)];
}

/** Ascending, none twice, none that would be refused. */
function offersFor(missing: number, method: ChargeMethod | undefined, room: number): number[] {
  const [from, to] = boundsOf(method);
  const rounder = round_steps.map((step) => (Math.floor(missing / step) + 1) * step);
  const all = missing > 0 ? [missing, ...rounder] : usual;
  const most = Math.max(from, Math.min(to, room));
  return [...new Set(all.map((amount) => Math.min(Math.max(amount, from), most)))];
}

/** What stands in the field at first: what is missing, or a usual sum. */
function firstOf(offers: readonly number[], missing: number): number {
  return missing > 0 ? (offers[0] ?? 0) : Math.min(usual_first, offers.at(-1) ?? 0);
}
