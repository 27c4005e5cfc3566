/** Said to those who open a page of somebody's turn and have no place in line on this device. */
import { ButtonLink } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { say } from '../words/words.ts';

const words = {
  ko: {
    title: '이 기기에는 이 공연의 대기 순서가 없어요',
    text: '대기실에서 대기를 시작하면 차례가 왔을 때 좌석을 선택할 수 있어요. 다른 기기에서 시작했다면 그 순서를 찾아드려요.',
    wait: '대기실로 가기',
  },
  en: {
    title: 'This device has no place in line for this concert',
    text: 'Join the line in the waiting room and choose seats when it is your turn. If you joined on another device, your place is found there.',
    wait: 'Go to the waiting room',
  },
};

interface NoPlaceProps {
  readonly concertId: string;
  /** What the page is about. */
  readonly heading: string;
  /** Whether the server was asked for a place from another device. */
  readonly isAsked: boolean;
}

export function NoPlace({ concertId, heading, isAsked }: NoPlaceProps) {
  const said = say(words);
  return (
    <div class="stack wide">
      <h1>{heading}</h1>
      {isAsked ? (
        <Notice
          title={said.title}
          kind="calm"
          actions={<ButtonLink href={`/concerts/${concertId}/wait`}>{said.wait}</ButtonLink>}
        >
          <p class="quiet">{said.text}</p>
        </Notice>
      ) : (
        <Skeleton height="24rem" />
      )}
    </div>
  );
}
