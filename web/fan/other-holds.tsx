/** Paying for seats gives back at once whatever else the fan holds of that concert: said before they pay, with the way there. */
import { ask } from '../client/client.ts';
import { secondsUntil } from '../client/clock.ts';
import { Notice } from '../ui/notice.tsx';
import { begun } from '../words/seat-name.ts';
import { namesOfLabels, say } from '../words/words.ts';
import type { Reservation } from './reservation.ts';

const words = {
  ko: {
    title: '이 공연에서 선점한 좌석이 또 있어요',
    text: '이 좌석을 결제하면 아래 좌석의 선점은 바로 취소돼요.',
  },
  en: {
    title: 'You hold other seats for this concert too',
    text: 'If you pay for these seats, the ones below are released at once.',
  },
};

const page_size = 100;

/** The fan's newest reservations; none where they cannot be read, which keeps nobody from paying. */
export async function newestReservations(signal: AbortSignal): Promise<readonly Reservation[]> {
  const found = await ask('listReservations', { query: { limit: page_size }, signal }).catch(() => undefined);
  return found?.reservations ?? [];
}

/** Those of `all` that would go with a payment for this one. */
export function othersHeld({ id, concertId }: Reservation, all: readonly Reservation[]): readonly Reservation[] {
  return all.filter(
    ({ id: other, concertId: where, status, heldUntil }) =>
      other !== id && where === concertId && status === 'HELD' && heldUntil !== null && secondsUntil(heldUntil) > 0,
  );
}

export function OtherHolds({ others }: { readonly others: readonly Reservation[] }) {
  if (others.length === 0) return undefined;
  const said = say(words);
  return (
    <Notice kind="calm" title={said.title}>
      <p class="quiet">{said.text}</p>
      <ul>
        {others.map(({ id, seats }) => (
          <li key={id}>
            <a href={`/reservations/${id}`} translate={false}>
              {begun(namesOfLabels(seats.map(({ label }) => label)))}
            </a>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
