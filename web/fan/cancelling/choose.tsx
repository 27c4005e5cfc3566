/** Which seats, what comes back for each and for all of them, by which rule and until when, and to where: before the button. */
import { useEffect } from 'preact/hooks';
import { useSignal, type ReadonlySignal, type Signal } from '@preact/signals';
import { isPassing } from '../../client/problem.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { fetchFontFor } from '../../ui/font-ahead.ts';
import { LiveRegion } from '../../ui/live-region.tsx';
import { Notice, Refused } from '../../ui/notice.tsx';
import { counted, joinedPercents } from '../../words/language.ts';
import { money, nameOfLabel, say } from '../../words/words.ts';
import { sumsOf, type Cancelling, type Quote, type QuotedSeat, type Sums } from './known.ts';
import type { Press, Wish } from './press.ts';
import { Where, type Way } from './where.tsx';
import { RefundSums } from './refund-sums.tsx';

const words = {
  ko: {
    which: '취소할 좌석',
    all: '모두 선택',
    price: (price: string, fee: string) => `결제 ${price} · 수수료 ${fee}`,
    refund: '환불',
    rule: '지금 적용되는 규정',
    none: '취소할 좌석을 선택해 주세요',
    told: (count: number, sum: string) => `${count}석, 환불 금액 ${sum}`,
    cancel: (count: number, sum: string | undefined) =>
      sum === undefined ? `${count}석 취소하기` : `${count}석 취소하고 ${sum} 환불받기`,
    busy: '취소하는 중이에요',
    final: '취소한 좌석은 바로 다른 분이 예매할 수 있어서 되돌릴 수 없어요.',
    back: '취소하지 않기',
    changed: '환불 금액이 달라졌어요',
    changedText: '아직 취소되지 않았어요. 바뀐 금액을 확인하고 다시 눌러 주세요.',
    fromTo: (from: string, to: string) => `환불 금액: ${from} → ${to}`,
    lost: '응답을 받지 못했어요. 다시 눌러도 두 번 취소되지 않아요.',
  },
  en: {
    which: 'Seats to cancel',
    all: 'All of them',
    price: (price: string, fee: string) => `Paid ${price} · fee ${fee}`,
    refund: 'Refund',
    rule: 'The rule that decides now',
    none: 'Choose the seats to cancel',
    told: (count: number, sum: string) => `${counted(count, 'seat')}, refund ${sum}`,
    cancel: (count: number, sum: string | undefined) =>
      sum === undefined ? `Cancel ${counted(count, 'seat')}` : `Cancel ${counted(count, 'seat')} and get ${sum} back`,
    busy: 'Cancelling',
    final: 'Others can buy the seats at once, so this cannot be undone.',
    back: 'Keep my seats',
    changed: 'The refund is another by now',
    changedText: 'Nothing was cancelled yet. Look at the new amounts and press again.',
    fromTo: (from: string, to: string) => `Refund: ${from} → ${to}`,
    lost: 'No answer came. Press again: nothing is cancelled twice.',
  },
};

interface ChooseProps {
  readonly known: Cancelling & { readonly quote: Quote };
  readonly pressing: Press;
  /** The seats that are chosen; those that are gone meanwhile do not count. */
  readonly chosen: Signal<ReadonlySet<number>>;
}

export function Choose({ known, pressing, chosen }: ChooseProps) {
  const said = say(words);
  const { quote, origin, reservation } = known;
  // Said when there is no line any more to fetch it by.
  useEffect(() => fetchFontFor(said.lost), [said]);
  const way = useSignal<Way>(origin > 0 ? 'origin' : 'wallet');
  const seats = quote.seats.length === 1 ? quote.seats : quote.seats.filter(({ number }) => chosen.value.has(number));
  const sums = sumsOf(seats);
  const { busy, press } = pressing;
  const wish: Wish = {
    seatNumbers: seats.map(({ number }) => number).toSorted((one, other) => one - other),
    refund: sums.refund,
    way: origin > 0 && sums.refund > 0 ? way.value : 'wallet',
  };
  return (
    // No form: Enter on a seat would send it.
    <div class="cancelling">
      <SeatsToCancel known={known} chosen={chosen} isBusy={busy} />
      <RefundSums {...sums} />
      <section>
        <h2>{said.rule}</h2>
        <p>{joinedPercents(quote.rule)}</p>
      </section>
      {seats.length > 0 && <Where refund={sums.refund} origin={origin} way={way} />}
      <Problems pressing={pressing} refund={sums.refund} />
      <div class="stack">
        <p class="small quiet" id="final">
          {said.final}
        </p>
        <Button
          size="wide"
          busy={busy.value}
          disabled={seats.length === 0}
          describedBy="final"
          onPress={() => press(wish)}
        >
          {buttonOf(said, busy.value, seats.length, sums)}
        </Button>
        <ButtonLink href={`/reservations/${reservation.id}`} kind="plain" size="wide">
          {said.back}
        </ButtonLink>
      </div>
      <LiveRegion text={seats.length === 0 ? '' : said.told(seats.length, money(sums.refund))} />
    </div>
  );
}

/** What the button does, with the sum. */
function buttonOf(said: (typeof words)['ko'], isBusy: boolean, count: number, { refund }: Sums): string {
  if (isBusy) return said.busy;
  if (count === 0) return said.none;
  return said.cancel(count, refund === 0 ? undefined : money(refund));
}

interface SeatsProps {
  readonly known: ChooseProps['known'];
  readonly chosen: ChooseProps['chosen'];
  readonly isBusy: ReadonlySignal<boolean>;
}

function SeatsToCancel({ known: { quote, reservation }, chosen, isBusy }: SeatsProps) {
  const said = say(words);
  const labels = new Map(reservation.seats.map(({ number, label }) => [number, label]));
  const choose = (next: Iterable<number>): void => {
    if (!isBusy.peek()) chosen.value = new Set(next);
  };
  const lines = quote.seats.map((seat) => {
    const { number } = seat;
    const line = <SeatLine seat={seat} label={labels.get(number) ?? String(number)} />;
    if (quote.seats.length === 1) return <div key={number}>{line}</div>;
    return (
      <label key={number}>
        <input
          type="checkbox"
          checked={chosen.value.has(number)}
          onChange={({ currentTarget }) => {
            const others = [...chosen.peek()].filter((other) => other !== number);
            choose(currentTarget.checked ? [...others, number] : others);
          }}
        />
        {line}
      </label>
    );
  });
  const isAll = quote.seats.every(({ number }) => chosen.value.has(number));
  return (
    <fieldset class="choices seats-to-cancel">
      <legend>{said.which}</legend>
      {quote.seats.length > 1 && (
        <div class="all">
          <Button
            kind="plain"
            size="small"
            disabled={isAll}
            onPress={() => choose(quote.seats.map(({ number }) => number))}
          >
            {said.all}
          </Button>
        </div>
      )}
      {lines}
    </fieldset>
  );
}

function SeatLine({ seat: { price, fee, refund }, label }: { readonly seat: QuotedSeat; readonly label: string }) {
  const said = say(words);
  return (
    <span class="seat-line">
      <b translate={false}>{nameOfLabel(label)}</b>
      <span class="comes-back">
        <span class="small quiet">{said.refund}</span> <b>{money(refund)}</b>
      </span>
      <span class="small quiet">{said.price(money(price), money(fee))}</span>
    </span>
  );
}

/** What the last press came to, unless it was done. */
function Problems({ pressing, refund }: { readonly pressing: Press; readonly refund: number }) {
  const said = say(words);
  const problem = pressing.problem.value;
  if (problem === undefined) return undefined;
  if (problem.code !== 'QUOTE_CHANGED') {
    return (
      <div class="stack">
        <Refused problem={problem} />
        {isPassing(problem) && <p class="small">{said.lost}</p>}
      </div>
    );
  }
  return (
    <Notice title={said.changed}>
      <p>{said.fromTo(money(pressing.wished.value?.refund ?? 0), money(refund))}</p>
      <p class="quiet">{said.changedText}</p>
    </Notice>
  );
}
