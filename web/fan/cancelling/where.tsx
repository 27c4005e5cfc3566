/** Where the refund is to go: back to how it was paid, or into the wallet. */
import type { Signal } from '@preact/signals';
import { money, say } from '../../words/words.ts';

export type Way = 'origin' | 'wallet';

const words = {
  ko: {
    where: '환불받을 곳',
    names: { origin: '결제한 수단으로', wallet: '지갑으로' },
    wallet: '바로 들어와요. 다른 예매에 쓰거나 나중에 출금할 수 있어요.',
    all: '취소하면 바로 결제사에 요청해요. 들어오기까지 결제사에 따라 며칠 걸릴 수 있어요.',
    part: (origin: string, wallet: string) =>
      `${origin}까지 돌려보낼 수 있고, 취소하면 바로 결제사에 요청해요. 며칠 걸릴 수 있어요. 나머지 ${wallet}: 지갑에 바로 들어와요.`,
    only: '환불 금액은 지갑에 바로 들어와요. 다른 예매에 쓸 수 있어요.',
    nothing: '돌려받을 금액이 없어요. 취소하면 좌석만 사라져요.',
  },
  en: {
    where: 'Where the refund goes',
    names: { origin: 'Back to how you paid', wallet: 'Into your wallet' },
    wallet: 'It is there at once. Use it for other tickets, or withdraw it later.',
    all: 'We ask the payment company as soon as you cancel. Depending on them, it may take some days to arrive.',
    part: (origin: string, wallet: string) =>
      `${origin} of it can go back. We ask the payment company as soon as you cancel; it may take some days. The other ${wallet} is in your wallet at once.`,
    only: 'The refund is in your wallet at once. You can use it for other tickets.',
    nothing: 'There is nothing to refund. If you cancel, you only lose the seats.',
  },
};

interface WhereProps {
  readonly refund: number;
  /** At most so much can go back. */
  readonly origin: number;
  readonly way: Signal<Way>;
}

export function Where({ refund, origin, way }: WhereProps) {
  const said = say(words);
  if (refund === 0 || origin === 0) return <p class="small">{refund === 0 ? said.nothing : said.only}</p>;
  const back = origin >= refund ? said.all : said.part(money(origin), money(refund - origin));
  return (
    <fieldset class="choices">
      <legend>{said.where}</legend>
      {(['origin', 'wallet'] as const).map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="way"
            checked={way.value === one}
            onChange={() => {
              way.value = one;
            }}
          />
          <span>
            <b>{said.names[one]}</b>
            <span class="small quiet">{one === 'origin' ? back : said.wallet}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
