/** Steering a sale while it runs. Every control says its effect, made of the numbers of this moment, before it acts. */
import { useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { ask } from '../../client/client.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded } from '../../ui/load.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { countdown } from '../../words/language.ts';
import { clockTime, language, number, say } from '../../words/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { HoldWarning } from '../parts/hold-warning.tsx';
import { Panel } from '../parts/panel.tsx';
import { createDraft, settings, type Conflicts, type ConflictValue, type Draft, type InForce } from './draft.ts';
import { effectOf, type Now, type Setting } from './effects.ts';
import { Late } from './late.tsx';
import { Pause } from './pause.tsx';
import { usePolled, type Polled } from './polled.ts';
import { MaxActive, NumberSetting } from './setting-fields.tsx';
import { settingWords } from './setting-words.ts';
import { Supply } from './supply.tsx';
import { overview, refreshOverview } from './watch.ts';
import './steer.css';

const words = {
  ko: {
    title: '입장 조절',
    by: (email: string, time: string) => `${time}에 ${email} 님이 마지막으로 바꿨어요`,
    service: '서비스',
    review: '바꾸기 전에 확인',
    reset: '되돌리기',
    confirm: '이렇게 바꿀까요?',
    deed: '바꾸기',
    force: '누르면 2초 안에 모든 서버에 적용돼요.',
    done: '바꿨어요. 모든 서버에 적용됐어요.',
    conflict: '그 사이 다른 운영자가 바꿨어요',
    conflictText: '아무것도 바꾸지 않았어요. 아래 값을 보고 다시 정해 주세요.',
    whoWhen: (email: string, time: string) => `${email}, ${time}`,
    running: '입장 중',
    on: '켬',
    off: '끔',
  },
  en: {
    title: 'Admission',
    by: (email: string, time: string) => `Last changed by ${email} at ${time}`,
    service: 'the service',
    review: 'Review the change',
    reset: 'Reset',
    confirm: 'Make this change?',
    deed: 'Change',
    force: 'In force on every server within 2 seconds.',
    done: 'Changed. It is in force on every server.',
    conflict: 'Somebody else has just changed this',
    conflictText: 'You changed nothing. Look at the values below and decide again.',
    whoWhen: (email: string, time: string) => `${email}, ${time}`,
    running: 'Running',
    on: 'on',
    off: 'off',
  },
};

const renew_ms = 3_000;

export function Steer({ concertId }: { readonly concertId: string }) {
  const said = say(words);
  const draft = useMemo(() => createDraft(concertId), [concertId]);
  const inForce = usePolled(concertId, renew_ms, (signal) =>
    ask('getConcertSettings', { params: { concertId }, signal }),
  );
  const latest = inForce.latest.value;
  return (
    <Panel title={said.title} aside={latest?.changedAt && <LastChange inForce={latest} />}>
      <Late of={inForce} />
      <Loaded of={inForce} skeleton={<Skeleton height="24rem" />}>
        {(data) => <Controls draft={draft} inForce={data} of={inForce} />}
      </Loaded>
    </Panel>
  );
}

function LastChange({ inForce: { changedAt, changedBy } }: { readonly inForce: InForce }) {
  const said = say(words);
  return <>{said.by(changedBy?.email ?? said.service, clockTime(changedAt ?? ''))}</>;
}

/** The numbers of this moment; until they are there, as if nobody had come. */
function useNow(inForce: InForce): Now {
  const now = overview.value;
  return {
    waiting: now?.waiting ?? 0,
    active: now?.active ?? 0,
    held: now?.seats.held ?? 0,
    available: now?.seats.available ?? 0,
    boundToSupply: inForce.boundToSupply,
    paused: inForce.paused !== null,
  };
}

interface ControlsProps {
  readonly draft: Draft;
  readonly inForce: InForce;
  readonly of: Polled<InForce>;
}

function Controls({ draft, inForce, of }: ControlsProps) {
  const now = useNow(inForce);
  const asking = useSignal(false);
  const done = useSignal(false);
  const renew = (): void => {
    of.reload();
    refreshOverview();
  };
  const told = done.value && draft.changes(inForce).length === 0 ? say(words).done : '';
  return (
    <div class="steer stack">
      <Pause inForce={inForce} now={now} act={(reasons) => draft.pause(reasons, inForce).finally(renew)} />
      <Supply inForce={inForce} now={now} act={(bound) => draft.bind(bound, inForce).finally(renew)} />
      {draft.conflicts.value !== undefined && <Conflicted conflicts={draft.conflicts.value} />}
      <ChangeForm
        draft={draft}
        inForce={inForce}
        now={now}
        told={told}
        onReview={() => {
          done.value = false;
          asking.value = true;
        }}
      />
      {asking.value && (
        <Review
          draft={draft}
          inForce={inForce}
          now={now}
          send={async () => {
            await draft.send(inForce).finally(renew);
            done.value = true;
          }}
          close={() => {
            asking.value = false;
          }}
        />
      )}
    </div>
  );
}

interface Steering {
  readonly draft: Draft;
  readonly inForce: InForce;
  readonly now: Now;
}

function ChangeForm({ draft, inForce, now, told, onReview }: Steering & { told: string; onReview: () => void }) {
  const said = say(words);
  const changed = draft.changes(inForce).length > 0;
  const ready = changed && settings.every((setting) => draft.isValid(setting, inForce));
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onReview();
      }}
    >
      <MaxActive draft={draft} inForce={inForce} now={now} />
      <div class="settings">
        {settings.slice(1).map((setting) => (
          <NumberSetting key={setting} setting={setting} draft={draft} inForce={inForce} now={now} />
        ))}
      </div>
      <HoldWarning
        holdSeconds={draft.value('holdSeconds', inForce)}
        sessionSeconds={draft.value('sessionSeconds', inForce)}
      />
      <div class="row">
        <Button type="submit" size="small" disabled={!ready}>
          {said.review}
        </Button>
        {changed && (
          <Button kind="plain" size="small" onPress={draft.reset}>
            {said.reset}
          </Button>
        )}
        <span class="done" role="status">
          {told}
        </span>
      </div>
    </form>
  );
}

function Review({ draft, inForce, now, send, close }: Steering & { send: () => Promise<void>; close: () => void }) {
  const said = say(words);
  // What was decided stays as it is on the screen while it is being done.
  const changes = useMemo(() => draft.changes(inForce), []);
  return (
    <Confirm
      title={said.confirm}
      deed={said.deed}
      onConfirm={send}
      onRefused={({ code }) => {
        if (code === 'SETTINGS_CHANGED') close();
        return code === 'SETTINGS_CHANGED';
      }}
      onClose={close}
    >
      <dl class="changes">
        {changes.map((change) => (
          <div key={change.setting}>
            <dt>{say(settingWords)[change.setting]}</dt>
            <dd>
              <s>{valueOf(change.setting, change.from)}</s> → <strong>{valueOf(change.setting, change.to)}</strong>
              <p>{effectOf(language.value, change, now)}</p>
            </dd>
          </div>
        ))}
      </dl>
      <p class="quiet small">{said.force}</p>
    </Confirm>
  );
}

function valueOf(setting: Setting, value: number): string {
  return setting.endsWith('Seconds') ? countdown(value) : number(value);
}

function Conflicted({ conflicts: { by, at, changes } }: { readonly conflicts: Conflicts }) {
  const said = say(words);
  const told = (setting: string, value: ConflictValue): string => {
    if (typeof value === 'boolean') return value ? said.on : said.off;
    if (typeof value === 'number') return valueOf(setting as Setting, value);
    return value ?? said.running;
  };
  return (
    <Notice title={said.conflict}>
      <p class="quiet">{said.conflictText}</p>
      <ul>
        {changes.map(({ setting, from, to }) => (
          <li key={setting}>
            {say(settingWords)[setting]}: <s>{told(setting, from)}</s> → <strong>{told(setting, to)}</strong>
          </li>
        ))}
      </ul>
      {at !== null && <p class="quiet small">{said.whoWhen(by ?? said.service, clockTime(at))}</p>}
    </Notice>
  );
}
