/** The refund policy of a concert: what is in force for what is paid from now on, and changing it. */
import { useMemo } from 'preact/hooks';
import { useSignal, type Signal } from '@preact/signals';
import { ask, type Reply } from '../../client/client.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded, useLoad, type Load } from '../../ui/load.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { number, say } from '../../words/words.ts';
import { overview } from '../live/watch.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Panel } from '../parts/panel.tsx';
import { faultsInTerms, termsFrom, termsOf, type Terms, type TermsDraft } from './terms-draft.ts';
import { TermsFields, TermsSaid } from './terms-fields.tsx';
import { policyName, termsWords } from './terms-words.ts';

const words = {
  ko: {
    change: '규정 바꾸기',
    review: '바꾸기 전에 확인',
    leave: '그대로 두기',
    confirm: '환불 규정을 이렇게 바꿀까요?',
    deed: '바꾸기',
    from: '지금',
    to: '바꾼 뒤',
    effect: '지금부터 결제되는 예매에 적용돼요.',
    kept: (seats: string) => `이미 결제된 좌석 ${seats}석은 결제할 때의 규정을 그대로 따라요.`,
    keptSome: '이미 결제된 예매는 결제할 때의 규정을 그대로 따라요.',
    done: '바꿨어요. 지금부터 결제되는 예매에 적용돼요.',
    conflict: '그 사이 다른 운영자가 바꿨어요',
    conflictText: '아무것도 바꾸지 않았어요. 지금 규정을 보고 다시 정해 주세요.',
  },
  en: {
    change: 'Change the policy',
    review: 'Review the change',
    leave: 'Leave it as it is',
    confirm: 'Change the refund policy?',
    deed: 'Change',
    from: 'Now',
    to: 'From now on',
    effect: 'It is for what is paid from now on.',
    kept: (seats: string) => `The ${seats} seats paid so far keep the policy under which they were paid.`,
    keptSome: 'What is paid already keeps the policy under which it was paid.',
    done: 'Changed, for what is paid from now on.',
    conflict: 'Somebody else has just changed this',
    conflictText: 'You changed nothing. Look at the policy in force and decide again.',
  },
};

type InForce = Reply<'getConcertSettings'>;
type State = 'shown' | 'open' | 'done' | 'conflict';

export function TermsPanel({ concertId }: { readonly concertId: string }) {
  const load = useLoad(concertId, (signal) => ask('getConcertSettings', { params: { concertId }, signal }));
  return (
    <Panel title={say(termsWords).title} aside={say(termsWords).aside}>
      <Loaded of={load} skeleton={<Skeleton height="8rem" />}>
        {(inForce) => <InForceTerms inForce={inForce} load={load} />}
      </Loaded>
    </Panel>
  );
}

interface InForceProps {
  readonly inForce: InForce;
  readonly load: Load<InForce>;
}

function InForceTerms({ inForce, load }: InForceProps) {
  const said = say(words);
  const state = useSignal<State>('shown');
  const open = state.value === 'open';
  return (
    <div class="stack">
      {state.value === 'conflict' && <Notice title={said.conflict}>{said.conflictText}</Notice>}
      {!open && <InForceSaid terms={inForce} />}
      {open ? (
        <Change inForce={inForce} load={load} state={state} />
      ) : (
        <div class="row">
          <Button
            kind="plain"
            size="small"
            onPress={() => {
              state.value = 'open';
            }}
          >
            {said.change}
          </Button>
          <span class="done" role="status">
            {state.value === 'done' ? said.done : ''}
          </span>
        </div>
      )}
    </div>
  );
}

function InForceSaid({ terms }: { readonly terms: Terms }) {
  return (
    <div>
      <p>
        <strong>{policyName(terms.refundPolicy)}</strong> <span class="quiet small">{terms.timeZone}</span>
      </p>
      <TermsSaid of={{ refundPolicy: terms.refundPolicy, timeZone: terms.timeZone }} />
    </div>
  );
}

function Change({ inForce, load, state }: InForceProps & { readonly state: Signal<State> }) {
  const said = say(words);
  // What the operator saw when they began; that is what is expected of it.
  const seen = useMemo(() => ({ refundPolicy: inForce.refundPolicy, timeZone: inForce.timeZone }), []);
  const draft = useSignal<TermsDraft>(useMemo(() => termsFrom(seen), [seen]));
  const tried = useSignal(false);
  const asking = useSignal(false);
  const faults = faultsInTerms(draft.value);
  const end = (next: State): void => {
    state.value = next;
    load.reload();
  };
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const { currentTarget: form } = event;
        tried.value = true;
        if (faults.count === 0) asking.value = true;
        else requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      }}
    >
      <TermsFields
        terms={draft.value}
        faults={tried.value ? faults : undefined}
        onChange={(next) => {
          draft.value = next;
        }}
      />
      <div class="row">
        <Button type="submit" size="small">
          {said.review}
        </Button>
        <Button
          kind="plain"
          size="small"
          onPress={() => {
            state.value = 'shown';
          }}
        >
          {said.leave}
        </Button>
      </div>
      {asking.value && (
        <Ask
          from={seen}
          to={termsOf(draft.value)}
          concertId={inForce.id}
          onEnd={end}
          onClose={() => {
            asking.value = false;
          }}
        />
      )}
    </form>
  );
}

interface AskProps {
  readonly from: Terms;
  readonly to: Terms;
  readonly concertId: string;
  readonly onEnd: (state: 'done' | 'conflict') => void;
  readonly onClose: () => void;
}

function Ask({ from, to, concertId, onEnd, onClose }: AskProps) {
  const said = say(words);
  return (
    <Confirm
      title={said.confirm}
      deed={said.deed}
      onConfirm={async () => {
        await ask('updateConcert', { params: { concertId }, body: { ...to, expected: from } });
        onEnd('done');
      }}
      onRefused={({ code }) => {
        if (code === 'SETTINGS_CHANGED') onEnd('conflict');
        return code === 'SETTINGS_CHANGED';
      }}
      onClose={onClose}
    >
      <Effect from={from} to={to} />
    </Confirm>
  );
}

function Effect({ from, to }: Pick<AskProps, 'from' | 'to'>) {
  const said = say(words);
  const paid = overview.value?.seats.reserved;
  return (
    <>
      <p>
        {said.effect} {paid === undefined ? said.keptSome : said.kept(number(paid))}
      </p>
      <p class="small quiet">
        {said.from}: {policyName(from.refundPolicy)} {from.timeZone}
      </p>
      <p class="small quiet">{said.to}</p>
      <InForceSaid terms={to} />
    </>
  );
}
