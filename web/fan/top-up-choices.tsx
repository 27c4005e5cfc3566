/** What is chosen or asked before a top-up: by which gateway, and whether to pay anew what may be paid already. */
import type { Signal } from '@preact/signals';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { say } from '../words/words.ts';
import type { ChargeMethod } from './charge-ways.ts';
import { returnOf, type Order } from './orders.ts';

const words = {
  ko: {
    methods: '결제 수단',
    unsettled: '같은 금액의 결제를 아직 확인하고 있어요',
    unsettledText: '결제됐다면 곧 지갑에 들어와요. 두 번 결제하지 않도록 먼저 확인해 주세요.',
    look: '결제 상태 보기',
    anew: '그래도 새로 결제',
  },
  en: {
    methods: 'How to pay',
    unsettled: 'A payment of the same amount is still being checked',
    unsettledText: 'If it went through, it will be in your wallet soon. Look first, so that you do not pay twice.',
    look: 'See how it stands',
    anew: 'Pay anew all the same',
  },
};

interface MethodsProps {
  readonly methods: readonly ChargeMethod[];
  readonly chosen: Signal<ChargeMethod['id'] | undefined>;
}

export function Methods({ methods, chosen }: MethodsProps) {
  return (
    <fieldset class="ways-to-pay">
      <legend>{say(words).methods}</legend>
      {methods.map(({ id, name }) => (
        <label key={id}>
          <input
            type="radio"
            name="method"
            value={id}
            checked={chosen.value === id}
            onChange={() => {
              chosen.value = id;
            }}
          />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Unsettled({ order, onAnew }: { readonly order: Order; readonly onAnew: () => void }) {
  const said = say(words);
  const actions = (
    <>
      <ButtonLink href={returnOf(order)}>{said.look}</ButtonLink>
      <Button kind="plain" onPress={onAnew}>
        {said.anew}
      </Button>
    </>
  );
  return (
    <Notice title={said.unsettled} kind="calm" actions={actions}>
      <p class="quiet">{said.unsettledText}</p>
    </Notice>
  );
}
