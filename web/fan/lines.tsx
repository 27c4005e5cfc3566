/** The lines that the fan stands in, and the turns that they have: shown before anything else of theirs. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { LivePlace } from '../place/place.ts';
import { ButtonLink } from '../ui/button.tsx';
import { say, titleIn } from '../words/words.ts';
import { concertOf } from './concerts.ts';
import { livePlaces } from './places.ts';
import './lines.css';

const words = {
  ko: { title: '지금 대기 중인 공연', waiting: '내 대기 순서 보기', turn: '내 차례예요, 좌석 선택', unknown: '공연' },
  en: {
    title: 'Your places in line',
    waiting: 'See your place in line',
    turn: 'Your turn: choose seats',
    unknown: 'Concert',
  },
};

/** Where a place leads: into the line, or to the seats. */
export function wayOf(concertId: string, standing: 'waiting' | 'turn'): string {
  return `/concerts/${concertId}/${standing === 'turn' ? 'dates' : 'wait'}`;
}

export function Lines() {
  const places = livePlaces.value ?? [];
  if (places.length === 0) return undefined;
  return (
    <section class="lines">
      <h2>{say(words).title}</h2>
      <ul>
        {places.map((place) => (
          <Line key={`${place.concertId} ${place.status}`} {...place} />
        ))}
      </ul>
    </section>
  );
}

function Line({ concertId, status }: LivePlace) {
  const said = say(words);
  const title = useSignal('');
  useEffect(() => {
    concertOf(concertId).then(
      (concert) => {
        title.value = concert.title;
      },
      () => undefined,
    );
  }, [concertId]);
  const standing = status === 'ACTIVE' ? 'turn' : 'waiting';
  return (
    <li>
      <h3>{title.value === '' ? said.unknown : titleIn(title.value)[0]}</h3>
      <ButtonLink href={wayOf(concertId, standing)} kind={standing === 'turn' ? 'main' : 'plain'}>
        {said[standing]}
      </ButtonLink>
    </li>
  );
}
