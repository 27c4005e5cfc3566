/** The brake: pausing with a reason that all who wait can read, and letting go of it. */
import { useId } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { number, say } from '../../words/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import type { InForce } from './draft.ts';
import { admittedBy, type Now } from './effects.ts';

const words = {
  ko: {
    running: '팬들이 입장하고 있어요',
    paused: '입장이 멈춰 있어요',
    reasonIs: '대기하는 사람들에게 보이는 이유',
    pause: '입장 멈추기',
    resume: '입장 재개하기',
    pauseTitle: '입장을 멈출까요?',
    resumeTitle: '입장을 재개할까요?',
    reason: '이유',
    reasonHint: '기다리는 모든 사람의 화면에 그대로 보여요. 500자까지예요.',
    reasonFault: '멈추는 이유를 적어 주세요. 기다리는 사람들이 읽어요.',
    meanwhile: (who: string) => `그 사이 ${who} 님이 다른 이유로 멈췄어요`,
    somebody: '다른 운영자',
    replaces: '계속하면 이 이유가 지금 적은 이유로 바뀌어요. 그대로 두려면 취소해 주세요.',
    replace: '이유 바꾸기',
    pauseEffect: (waiting: string, active: string) =>
      `아무도 더 입장하지 않아요. 기다리는 ${waiting}명의 대기 순서는 그대로이고, 이용 중인 ${active}명은 계속 예매할 수 있어요.`,
    resumeEffect: (fans: string, waiting: string) =>
      `기다리는 ${waiting}명 가운데 약 ${fans}명이 바로 입장해요. 안내 문구는 사라져요.`,
    resumeNobody: '지금 바로 입장할 사람은 없어요. 안내 문구는 사라져요.',
  },
  en: {
    running: 'Fans are being admitted',
    paused: 'Admission is paused',
    reasonIs: 'What everybody waiting is told',
    pause: 'Pause admission',
    resume: 'Resume admission',
    pauseTitle: 'Pause admission?',
    resumeTitle: 'Resume admission?',
    reason: 'Reason',
    reasonHint: 'Shown as it is to everybody waiting. Up to 500 characters.',
    reasonFault: 'Say why. Everybody waiting will read it.',
    meanwhile: (who: string) => `${who} has just paused it for another reason`,
    somebody: 'Somebody else',
    replaces: 'If you go on, your reason replaces this one. To leave it as it is, cancel.',
    replace: 'Replace the reason',
    pauseEffect: (waiting: string, active: string) =>
      `Nobody else is admitted. The ${waiting} waiting keep their places, and the ${active} inside can go on buying.`,
    resumeEffect: (fans: string, waiting: string) =>
      `Admits about ${fans} of the ${waiting} waiting at once. The notice disappears.`,
    resumeNobody: 'Admits nobody right now. The notice disappears.',
  },
};

const reason_chars_max = 500;

export interface PauseProps {
  readonly inForce: InForce;
  readonly now: Now;
  /** Pauses with a reason, or resumes with null. */
  readonly act: (reason: string | null) => Promise<void>;
}

export function Pause({ inForce, now, act }: PauseProps) {
  const said = say(words);
  const asking = useSignal<'pause' | 'resume' | undefined>(undefined);
  const { paused } = inForce;
  const close = (): void => {
    asking.value = undefined;
  };
  return (
    <div class={paused === null ? 'brake' : 'brake paused'}>
      <div>
        <strong>{paused === null ? said.running : said.paused}</strong>
        {paused !== null && (
          <p>
            <span class="hidden">{said.reasonIs}: </span>“{paused.reason}”
          </p>
        )}
      </div>
      <Button
        kind={paused === null ? 'plain' : 'main'}
        size="small"
        onPress={() => {
          asking.value = paused === null ? 'pause' : 'resume';
        }}
      >
        {paused === null ? said.pause : said.resume}
      </Button>
      {asking.value === 'pause' && <AskReason inForce={inForce} now={now} act={act} close={close} />}
      {asking.value === 'resume' && <AskResume inForce={inForce} now={now} act={act} close={close} />}
    </div>
  );
}

interface AskProps {
  readonly inForce: InForce;
  readonly now: Now;
  readonly act: PauseProps['act'];
  readonly close: () => void;
}

/** A conflict is told by the panel beneath. */
function isConflict(close: () => void) {
  return ({ code }: { readonly code: string }): boolean => {
    if (code !== 'SETTINGS_CHANGED') return false;
    close();
    return true;
  };
}

function AskReason({ inForce, now, act, close }: AskProps) {
  const said = say(words);
  const id = useId();
  const reason = useSignal('');
  const fault = useSignal(false);
  /** Somebody else's reason that was shown here, so that it is replaced only knowingly. */
  const shown = useSignal<string | undefined>(undefined);
  const theirs = inForce.paused?.reason;
  const isReplacing = theirs !== undefined && shown.value === theirs;
  const confirm = async (): Promise<boolean> => {
    fault.value = reason.value.trim() === '';
    if (fault.value) {
      document.getElementById(id)?.focus();
      return false;
    }
    if (theirs !== undefined && theirs !== reason.value.trim() && !isReplacing) {
      shown.value = theirs;
      return false;
    }
    await act(reason.value.trim());
    return true;
  };
  return (
    <Confirm
      title={said.pauseTitle}
      deed={isReplacing ? said.replace : said.pause}
      onConfirm={confirm}
      onClose={close}
      onRefused={isConflict(close)}
    >
      <p>{said.pauseEffect(number(now.waiting), number(now.active))}</p>
      <div class="field">
        <label for={id}>{said.reason}</label>
        <textarea
          id={id}
          rows={2}
          maxLength={reason_chars_max}
          autofocus
          aria-invalid={fault.value}
          aria-describedby={`${id}-hint`}
          value={reason.value}
          onInput={(event) => {
            reason.value = event.currentTarget.value;
          }}
        />
        <span id={`${id}-hint`} class={fault.value ? 'fault' : 'hint'}>
          {fault.value ? said.reasonFault : said.reasonHint}
        </span>
      </div>
      {isReplacing && (
        <Notice title={said.meanwhile(inForce.changedBy?.email ?? said.somebody)}>
          <p>“{theirs}”</p>
          <p class="quiet">{said.replaces}</p>
        </Notice>
      )}
    </Confirm>
  );
}

function AskResume({ inForce, now, act, close }: AskProps) {
  const said = say(words);
  const admitted = admittedBy(inForce.maxActive, now);
  return (
    <Confirm
      title={said.resumeTitle}
      deed={said.resume}
      onConfirm={() => act(null)}
      onClose={close}
      onRefused={isConflict(close)}
    >
      <p>{admitted > 0 ? said.resumeEffect(number(admitted), number(now.waiting)) : said.resumeNobody}</p>
    </Confirm>
  );
}
