/** Making a concert: a form beside the hall that it makes, from nothing or from an old concert. */
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { ask } from '../../client/client.ts';
import { Loaded, useLoad } from '../../ui/load.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { say, titleIn } from '../../words/words.ts';
import { PageHead } from '../parts/page-head.tsx';
import { place } from '../router.ts';
import { ConcertForm } from './concert-form.tsx';
import { draftFrom, emptyDraft } from './draft.ts';
import { goTo, queryOf } from './query.ts';
import './desk.css';

const words = {
  ko: {
    title: '새 공연',
    text: '회차와 구역을 적는 대로 좌석 배치가 그려져요. 판매를 시작하기 전에는 아무것도 저장되지 않아요.',
    copy: '지난 공연 복사',
    copyNone: '빈 양식으로 시작',
    copied: (title: string) =>
      `‘${title}’ 공연에서 날짜만 빼고 모두 가져왔어요. 판매 설정과 환불 규정은 지금 적용 중인 값이에요. 날짜를 정해 주세요.`,
    differs: '그 공연은 회차마다 좌석 배치가 달랐어요. 첫 회차의 배치를 가져왔어요.',
  },
  en: {
    title: 'New concert',
    text: 'Enter performances and sections; the seating plan is drawn as you type. Nothing is saved until you put it on sale.',
    copy: 'Copy an earlier concert',
    copyNone: 'Start from an empty form',
    copied: (title: string) =>
      `Everything of “${title}” except its dates has been copied, with the settings and the refund policy in force now. Set the dates.`,
    differs: 'Its performances had different seating plans. This is the plan of the first one.',
  },
};

export function NewConcert() {
  const from = queryOf(place.value).get('from') ?? '';
  const said = say(words);
  return (
    <>
      <PageHead title={said.title} actions={<CopyFrom from={from} />}>
        {said.text}
      </PageHead>
      {from === '' ? <Empty key="empty" /> : <Copied key={from} concertId={from} />}
    </>
  );
}

function Empty() {
  const draft = useMemo(emptyDraft, []);
  return <ConcertForm draft={draft} />;
}

function Copied({ concertId }: { readonly concertId: string }) {
  const said = say(words);
  const load = useLoad(concertId, (stop) => ask('getPlan', { params: { concertId }, signal: stop }));
  return (
    <Loaded of={load} skeleton={<Skeleton height="30rem" />}>
      {(plan) => (
        <CopiedForm plan={plan}>
          {(differs) => (
            <p class="small" role="status">
              {said.copied(titleIn(plan.title)[0])} {differs && said.differs}
            </p>
          )}
        </CopiedForm>
      )}
    </Loaded>
  );
}

interface CopiedFormProps {
  readonly plan: Parameters<typeof draftFrom>[0];
  readonly children: (differs: boolean) => ComponentChildren;
}

function CopiedForm({ plan, children }: CopiedFormProps) {
  const { draft, differs } = useMemo(() => {
    const copied = draftFrom(plan);
    return { draft: signal(copied.draft), differs: copied.differs };
  }, [plan]);
  return (
    <>
      {children(differs)}
      <ConcertForm draft={draft} />
    </>
  );
}

function CopyFrom({ from }: { readonly from: string }) {
  const said = say(words);
  const load = useLoad('all', (stop) => ask('listLiveConcerts', { query: { limit: 200 }, signal: stop }));
  const state = load.state.value;
  const concerts = state.at === 'ready' ? state.data.concerts : [];
  return (
    <label class="inline-field">
      <span class="small quiet">{said.copy}</span>
      <select value={from} onChange={({ currentTarget: { value } }) => goTo('/console/new', { from: value })}>
        <option value="">{said.copyNone}</option>
        {from !== '' && !concerts.some(({ id }) => id === from) && <option value={from}>{from}</option>}
        {concerts.map(({ id, title }) => (
          <option key={id} value={id}>
            {titleIn(title)[0]}
          </option>
        ))}
      </select>
    </label>
  );
}
