/** A date that changes before the eyes of somebody who chooses seats there: it was called off, or moved. */
import { ButtonLink } from '../ui/button.tsx';
import { useHeir } from '../ui/focus.ts';
import { useLoad } from '../ui/load.tsx';
import { Notice } from '../ui/notice.tsx';
import { language, say } from '../words/words.ts';
import { concertOf, dateIn } from './concerts.ts';
import { MovedFromTo, WhyOff } from './date-news.tsx';

const words = {
  ko: {
    off: '이 회차는 취소됐어요',
    over: '더는 좌석을 선택하거나 선점할 수 없어요. 선점했던 좌석은 풀렸고, 그 좌석으로 결제된 금액은 없어요.',
    paid: '이 회차를 이미 예매했다면 결제한 금액 전부를 환불받아요.',
    others: '다른 회차 보기',
    my: '내 예매',
    home: '다른 공연 보기',
    moved: '방금 일정이 바뀌었어요',
    movedText: '선택한 좌석은 그대로예요. 새 일정에 올 수 있는지 확인하고 이어서 예매해 주세요.',
  },
  en: {
    off: 'This date was called off',
    over: 'Seats cannot be chosen or held any more. What you held was released, and nothing was paid for it.',
    paid: 'If you already have tickets for it, you get back all that you paid.',
    others: 'See the other dates',
    my: 'My tickets',
    home: 'See other concerts',
    moved: 'The date has just been moved',
    movedText: 'The seats that you chose are still chosen. See whether you can come, then go on.',
  },
};

export function DateOff({ concertId, performanceId }: { readonly concertId: string; readonly performanceId: string }) {
  const said = say(words);
  const load = useLoad(`${performanceId} ${language.value}`, () => concertOf(concertId));
  const state = load.state.value;
  const concert = state.at === 'ready' ? state.data : undefined;
  const hasOthers = concert?.performances.some(({ id, onSale }) => onSale && id !== performanceId) ?? false;
  const panel = useHeir<HTMLDivElement>('off');
  const actions = (
    <>
      {hasOthers ? (
        <ButtonLink key="others" href={`/concerts/${concertId}/dates`}>
          {said.others}
        </ButtonLink>
      ) : (
        <ButtonLink key="home" href="/">
          {said.home}
        </ButtonLink>
      )}
      <ButtonLink href="/my" kind="plain">
        {said.my}
      </ButtonLink>
    </>
  );
  return (
    <div class="date-off" ref={panel} tabIndex={-1}>
      <Notice title={said.off} actions={actions}>
        <div class="news-lines">
          <WhyOff notice={(concert && dateIn(concert, performanceId)?.notice) ?? null} />
          <p>{said.over}</p>
          <p class="quiet">{said.paid}</p>
        </div>
      </Notice>
    </div>
  );
}

export function MovedNow({ from, to }: { readonly from: string; readonly to: string }) {
  const said = say(words);
  return (
    <div class="moved-now">
      <Notice title={said.moved} kind="calm">
        <MovedFromTo from={from} to={to} />
        <p class="quiet">{said.movedText}</p>
      </Notice>
    </div>
  );
}
