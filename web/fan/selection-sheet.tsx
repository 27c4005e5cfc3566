/** The sheet at the foot of the seat page: what is chosen, the sum, and the one button. */
import type { Hall } from '../seats/hall.ts';
import { noneLeft } from '../seats/left.ts';
import { Button } from '../ui/button.tsx';
import { Refused } from '../ui/notice.tsx';
import { counted } from '../words/language.ts';
import { money, number, say, seatName, shortSeatName } from '../words/words.ts';
import type { Selection } from './selection.ts';

const words = {
  ko: {
    none: (max: number) => `좌석을 선택해 주세요. ${max}석까지 선택할 수 있어요.`,
    hold: '좌석 선점하기',
    drop: (seat: string) => `${seat} 빼기`,
    sum: (count: string, sum: string) => `${count}석 ${sum}`,
    stale: '연결이 끊겨 좌석이 바뀌었을 수 있어요. 다시 연결하고 있어요.',
  },
  en: {
    none: (max: number) => `Choose your seats, up to ${max}.`,
    hold: 'Hold these seats',
    drop: (seat: string) => `Remove ${seat}`,
    sum: (count: string, sum: string) => `${counted(count, 'seat')} ${sum}`,
    stale: 'Connection lost, so seats may have changed. Reconnecting.',
  },
};

export function SelectionSheet({
  selection,
  hall,
  concertId,
}: {
  selection: Selection;
  hall: Hall;
  concertId: string;
}) {
  const said = say(words);
  const seats = selection.seats.value;
  const sum = seats.reduce((total, { price }) => total + price, 0);
  const problem = selection.problem.value;
  return (
    <div class="sheet">
      {problem !== undefined && <Refused problem={problem} onRetry={selection.hold} concertId={concertId} />}
      {selection.isStale.value && <p class="small">{said.stale}</p>}
      {selection.told.value !== '' && <p class="told">{selection.told.value}</p>}
      <div class="sheet-row">
        {seats.length === 0 ? (
          <p class="quiet">{noneLeft(hall) ?? said.none(hall.maxSeats)}</p>
        ) : (
          <div class="picked">
            <ul>
              {seats.map((seat) => (
                <li key={seat.number}>
                  <button
                    type="button"
                    class="picked-seat"
                    aria-label={said.drop(seatName(seat))}
                    onClick={() => selection.toggle(seat.number)}
                  >
                    <span translate={false}>{shortSeatName(seat)}</span> <span aria-hidden="true">×</span>
                  </button>
                </li>
              ))}
            </ul>
            <p class="sum">{said.sum(number(seats.length), money(sum))}</p>
          </div>
        )}
        <Button busy={selection.busy.value} disabled={seats.length === 0} onPress={selection.hold}>
          {said.hold}
        </Button>
      </div>
    </div>
  );
}
