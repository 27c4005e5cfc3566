/** The brake: pausing with a reason that all who wait can read, and letting go of it. */
import { useId } from 'preact/hooks';
import { useSignal, type Signal } from '@preact/signals';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { language, number, say } from '../../words/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { toldOf, type InForce, type Reasons } from './draft.ts';
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
    reason: { ko: '이유 (한국어)', en: '이유 (영어)' },
    reasonHint: '기다리는 모든 사람의 화면에 그대로 보여요. 한 언어로만 적으면 모두에게 그 글이 보여요. 500자까지예요.',
    reasonFault: '멈추는 이유를 한 언어로라도 적어 주세요. 기다리는 사람들이 읽어요.',
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
    reason: { ko: 'Reason in Korean', en: 'Reason in English' },
    reasonHint:
      'Shown as it is to everybody waiting. If you fill in only one, everybody sees it. Up to 500 characters.',
    reasonFault: 'Say why, in one language at least. Everybody waiting will read it.',
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
  /** Pauses for reasons, or resumes with null. */
  readonly act: (reasons: Reasons | null) => Promise<void>;
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
            <span class="hidden">{said.reasonIs}: </span>“{toldOf(inForce.pauseReasons)}”
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
  const reasons = { ko: useSignal(''), en: useSignal('') };
  const fault = useSignal(false);
  /** Somebody else's reason that was shown here, so that it is replaced only knowingly. */
  const shown = useSignal<string | undefined>(undefined);
  const theirs = toldOf(inForce.pauseReasons);
  const isReplacing = theirs !== null && shown.value === theirs;
  const confirm = async (): Promise<boolean> => {
    const given = writtenIn(reasons);
    fault.value = given === undefined;
    if (given === undefined) {
      document.getElementById(`${id}-${language.value}`)?.focus();
      return false;
    }
    const { ko = given.en ?? '', en = ko } = given;
    if (theirs !== null && theirs !== toldOf({ ko, en }) && !isReplacing) {
      shown.value = theirs;
      return false;
    }
    await act(given);
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
      <ReasonFields id={id} reasons={reasons} fault={fault.value} />
      {isReplacing && (
        <Notice title={said.meanwhile(inForce.changedBy?.email ?? said.somebody)}>
          <p>“{theirs}”</p>
          <p class="quiet">{said.replaces}</p>
        </Notice>
      )}
    </Confirm>
  );
}

type ReasonTexts = Readonly<Record<'ko' | 'en', Signal<string>>>;

/** Undefined if there is nothing in either language. */
function writtenIn({ ko, en }: ReasonTexts): Reasons | undefined {
  const given: Reasons = {};
  if (ko.value.trim() !== '') given.ko = ko.value.trim();
  if (en.value.trim() !== '') given.en = en.value.trim();
  return Object.keys(given).length === 0 ? undefined : given;
}

/** One is enough; the operator's own language comes first. */
function ReasonFields({ id, reasons, fault }: { id: string; reasons: ReasonTexts; fault: boolean }) {
  const said = say(words);
  const fields = language.value === 'ko' ? (['ko', 'en'] as const) : (['en', 'ko'] as const);
  return (
    <>
      {fields.map((field, index) => (
        <div class="field" key={field}>
          <label for={`${id}-${field}`}>{said.reason[field]}</label>
          <textarea
            id={`${id}-${field}`}
            lang={field}
            rows={2}
            maxLength={reason_chars_max}
            autofocus={index === 0}
            aria-invalid={fault}
            aria-describedby={`${id}-hint`}
            value={reasons[field].value}
            onInput={(event) => {
              reasons[field].value = event.currentTarget.value;
            }}
          />
        </div>
      ))}
      <p id={`${id}-hint`} class={fault ? 'fault' : 'hint'} key={String(fault)}>
        {fault ? said.reasonFault : said.reasonHint}
      </p>
    </>
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
