/** Whether the line is bound to the seats that can be had: a switch that says its effect first. */
import { useSignal } from '@preact/signals';
import { Button } from '../../ui/button.tsx';
import { number, say } from '../../words/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import type { InForce } from './draft.ts';
import { admittedBy, type Now } from './effects.ts';

const words = {
  ko: {
    bound: '남은 좌석만큼만 입장해요',
    boundText: '매진되면 아무도 입장하지 않고, 취소표가 나오면 다음 사람이 바로 입장해요.',
    free: '좌석이 없어도 입장해요',
    freeText: '매진된 뒤에도 동시 입장 인원까지 입장해요. 빈 좌석을 찾지 못할 수 있어요.',
    bind: '남은 좌석만큼만 입장',
    unbind: '좌석과 상관없이 입장',
    bindTitle: '남은 좌석만큼만 입장하게 할까요?',
    unbindTitle: '좌석과 상관없이 입장하게 할까요?',
    deed: '바꾸기',
    bindKeeps: (seats: string) =>
      `예매할 수 있거나 선점된 좌석이 지금 ${seats}석이에요. 이보다 많은 사람은 입장하지 않아요.`,
    bindStops: (inside: string, seats: string) =>
      `이용 중인 ${inside}명은 그대로 있어요. 예매할 수 있거나 선점된 좌석(지금 ${seats}석)보다 적어질 때까지 아무도 입장하지 않아요.`,
    returned: '좌석이 돌아오면(만료, 선택 취소, 예매 취소) 2초 안에 다음 사람이 입장해요.',
    unbindAdmits: (fans: string, max: string) =>
      `기다리던 약 ${fans}명이 바로 입장해요. 좌석이 없어도 ${max}명까지 동시에 입장해요.`,
    unbindNobody: (max: string) => `지금 바로 입장할 사람은 없어요. 앞으로 좌석이 없어도 ${max}명까지 동시에 입장해요.`,
  },
  en: {
    bound: 'As many are let in as there are seats for',
    boundText: 'When all is sold nobody comes in, and a seat that comes back lets in the next in line.',
    free: 'Fans are let in whether or not there are seats',
    freeText: 'After it is sold out too, up to the people inside at once. They may find no seat.',
    bind: 'Bind to the seats',
    unbind: 'Let in regardless',
    bindTitle: 'Bind the line to the seats?',
    unbindTitle: 'Let fans in regardless of seats?',
    deed: 'Change',
    bindKeeps: (seats: string) => `Seats available or held right now: ${seats}. Nobody is let in beyond these.`,
    bindStops: (inside: string, seats: string) =>
      `Nobody is sent away: the ${inside} inside stay. Nobody is admitted until there are fewer than seats available or held, ${seats} right now.`,
    returned: 'Whatever comes back (expired, released, cancelled) lets in the next in line within 2 seconds.',
    unbindAdmits: (fans: string, max: string) =>
      `Admits about ${fans} more at once, and up to ${max} together whether or not there are seats.`,
    unbindNobody: (max: string) =>
      `Admits nobody right now. From now on up to ${max} can be inside together, whether or not there are seats.`,
  },
};

export interface SupplyProps {
  readonly inForce: InForce;
  readonly now: Now;
  readonly act: (boundToSupply: boolean) => Promise<void>;
}

export function Supply({ inForce, now, act }: SupplyProps) {
  const said = say(words);
  const asking = useSignal(false);
  const bound = inForce.boundToSupply;
  const close = (): void => {
    asking.value = false;
  };
  return (
    <div class="brake" key={String(bound)}>
      <div>
        <strong>{bound ? said.bound : said.free}</strong>
        <p class="small quiet">{bound ? said.boundText : said.freeText}</p>
      </div>
      <Button
        kind="plain"
        size="small"
        onPress={() => {
          asking.value = true;
        }}
      >
        {bound ? said.unbind : said.bind}
      </Button>
      {asking.value && (
        <Confirm
          title={bound ? said.unbindTitle : said.bindTitle}
          deed={said.deed}
          onConfirm={() => act(!bound)}
          onClose={close}
          // A conflict is told by the panel beneath.
          onRefused={({ code }) => {
            if (code === 'SETTINGS_CHANGED') close();
            return code === 'SETTINGS_CHANGED';
          }}
        >
          {bound ? <p>{unbound(inForce, now)}</p> : <p>{binding(now)}</p>}
          {!bound && <p>{said.returned}</p>}
        </Confirm>
      )}
    </div>
  );
}

function binding({ active, available, held }: Now): string {
  const said = say(words);
  const seats = available + held;
  return active >= seats ? said.bindStops(number(active), number(seats)) : said.bindKeeps(number(seats));
}

function unbound({ maxActive }: InForce, now: Now): string {
  const said = say(words);
  const admitted = now.paused ? 0 : admittedBy(maxActive, { ...now, boundToSupply: false });
  return admitted > 0 ? said.unbindAdmits(number(admitted), number(maxActive)) : said.unbindNobody(number(maxActive));
}
