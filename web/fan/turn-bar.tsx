/** How long this turn lasts, over the pages where one chooses seats; and the hold that waits to be paid. */
import { useSignal } from '@preact/signals';
import { ask } from '../client/client.ts';
import { withPlace } from '../place/place.ts';
import { Countdown } from '../ui/countdown.tsx';
import { Loaded, useLoad } from '../ui/load.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { counted } from '../words/language.ts';
import { number, say } from '../words/words.ts';
import './turn-bar.css';

const words = {
  ko: {
    left: '남은 이용 시간',
    over: '이용 시간이 끝났어요.',
    held: (count: string) => `선점한 좌석이 ${count}석 있어요.`,
    pay: '결제하기',
  },
  en: {
    left: 'Your time left',
    over: 'Your time has ended.',
    held: (count: string) => `You hold ${counted(count, 'seat')}.`,
    pay: 'Pay now',
  },
};

interface TurnBarProps {
  readonly concertId: string;
  readonly place: string;
  /** The page learned that the turn is over, before its time was: left or paid for on another device. */
  readonly isOver?: boolean;
}

export function TurnBar({ concertId, place, isOver = false }: TurnBarProps) {
  const said = say(words);
  /** The end that came. A session that was extended meanwhile, on whatever device, has a later one. */
  const ended = useSignal<string | undefined>(undefined);
  const load = useLoad(place, (signal) =>
    withPlace(concertId, place, (current) => ask('getQueueToken', { place: current, signal })),
  );
  return (
    <div class="turn-bar">
      <Loaded of={load} skeleton={<Skeleton width="12rem" height="1.6rem" />} concertId={concertId}>
        {({ expiresAt, status }) => {
          // For the eye only: the page beneath announces it, and says what to do.
          if (isOver || status === 'EXPIRED' || (expiresAt !== null && expiresAt === ended.value))
            return <p class="quiet">{said.over}</p>;
          if (expiresAt === null) return undefined;
          const end = (): void => {
            ended.value = expiresAt;
            load.reload();
          };
          return (
            <p>
              {said.left} <Countdown until={expiresAt} onEnd={end} />
            </p>
          );
        }}
      </Loaded>
      <Held concertId={concertId} />
    </div>
  );
}

/** A hold of this concert that is not paid yet. Nothing is shown while that is not known: it is only a reminder. */
function Held({ concertId }: { concertId: string }) {
  const said = say(words);
  const load = useLoad(`held ${concertId}`, (signal) => ask('listReservations', { query: { limit: 20 }, signal }));
  const state = load.state.value;
  if (state.at !== 'ready') return undefined;
  const held = state.data.reservations.find((one) => one.concertId === concertId && one.status === 'HELD');
  if (held === undefined) return undefined;
  return (
    <p>
      {said.held(number(held.seats.length))} <a href={`/reservations/${held.id}`}>{said.pay}</a>
    </p>
  );
}
