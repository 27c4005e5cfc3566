/** Says when holds are set to last longer than the session in which they have to be paid. */
import { Notice } from '../../ui/notice.tsx';
import { countdown } from '../../words/language.ts';
import { say } from '../../words/words.ts';

const words = {
  ko: {
    title: '좌석 선점 시간이 이용 시간보다 길어요',
    text: (hold: string, session: string, most: string) =>
      `좌석 선점 시간 ${hold}, 이용 시간 ${session}. 좌석을 선점하면 이용 시간이 늘어나지만 모두 합쳐 ${most}까지이고, 그때까지 결제하지 않은 좌석은 선점이 끝나요.`,
  },
  en: {
    title: 'The hold time is longer than the time inside',
    text: (hold: string, session: string, most: string) =>
      `Hold time ${hold}, time inside ${session}. Holding seats extends the time inside, but to ${most} in all at most, and holds not paid by then end with it.`,
  },
};

/** A hold extends a session up to this many times its length. */
const sessions_max = 2;

export function HoldWarning({
  holdSeconds,
  sessionSeconds,
}: Readonly<Record<'holdSeconds' | 'sessionSeconds', number>>) {
  if (!(holdSeconds > sessionSeconds)) return null;
  const said = say(words);
  const [hold, session, most] = [holdSeconds, sessionSeconds, sessionSeconds * sessions_max].map(countdown);
  return (
    <Notice title={said.title} kind="calm">
      {/* Replaced, not rewritten: a translator of pages would keep the old numbers. */}
      <p key={`${hold} ${session}`}>{said.text(hold ?? '', session ?? '', most ?? '')}</p>
    </Notice>
  );
}
