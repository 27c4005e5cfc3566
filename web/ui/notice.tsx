/** Says what happened, what it means, and what to do. A refusal becomes one by itself. */
import type { ComponentChildren } from 'preact';
import type { Problem } from '../client/problem.ts';
import { notCancellable } from '../words/not-cancellable.ts';
import { refusalWords, type Said } from '../words/refusals.ts';
import { say } from '../words/words.ts';
import { Button, ButtonLink } from './button.tsx';

export interface NoticeProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly kind?: 'calm' | 'good' | 'refused';
}

export function Notice({ title, children, actions, kind = 'refused' }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === 'refused' ? 'alert' : 'status'}>
      <strong>{title}</strong>
      {children !== undefined && <div>{children}</div>}
      {actions !== undefined && <div class="actions">{actions}</div>}
    </div>
  );
}

const words = {
  ko: {
    again: '다시 시도',
    signIn: '로그인',
    wait: '대기실로 가기',
    home: '공연 목록',
    my: '내 예매',
    id: '문의할 때 알려 주실 번호:',
  },
  en: {
    again: 'Try again',
    signIn: 'Sign in',
    wait: 'Go to the waiting room',
    home: 'See the concerts',
    my: 'My tickets',
    id: 'If you contact us, quote:',
  },
};

/** Why a turn ended, where there is more to say than that it did. */
const ends = {
  ko: {
    PAID: {
      title: '예매를 마쳤어요',
      text: '결제한 좌석은 내 예매에 있어요. 더 예매하려면 대기를 새로 시작해 주세요.',
    },
    LEFT: { title: '대기를 취소했어요', text: '마음이 바뀌면 언제든 대기를 다시 시작할 수 있어요.' },
    ABSENT: { title: '응답이 없어 차례가 지나갔어요', text: '대기실에서 대기를 다시 시작할 수 있어요.' },
  },
  en: {
    PAID: { title: 'You have your tickets', text: 'They are in My tickets. To buy more, join the line again.' },
    LEFT: { title: 'You left the line', text: 'If you change your mind, you can join the line again at any time.' },
    ABSENT: { title: 'Your turn passed while you were away', text: 'You can join the line again in the waiting room.' },
  },
};

/** By a refusal's own reason, where it gives one. */
function wordsFor({ code, fields: { expiredBecause, because } }: Problem): Said {
  const found = code === 'ADMISSION_EXPIRED' ? known(say(ends), expiredBecause) : undefined;
  const reason = code === 'NOT_CANCELLABLE' ? known(say(notCancellable), because) : undefined;
  return found ?? reason ?? say(refusalWords)[code];
}

function known(words: Readonly<Record<string, Said>>, name: unknown): Said | undefined {
  return typeof name === 'string' ? words[name] : undefined;
}

export interface RefusedProps {
  readonly problem: Problem;
  /** Tries the same again, where that makes sense. */
  readonly onRetry?: (() => void) | undefined;
  readonly concertId?: string | undefined;
}

/** A problem of any kind with its sentence and the next step. */
export function Refused({ problem, onRetry, concertId }: RefusedProps) {
  const said = say(words);
  const { title, text } = wordsFor(problem);
  const { requestId } = problem.fields;
  return (
    <Notice title={title} actions={<NextStep code={problem.code} onRetry={onRetry} concertId={concertId} />}>
      <p class="quiet">{text}</p>
      {typeof requestId === 'string' && (
        <p class="small quiet">
          {said.id} <code>{requestId}</code>
        </p>
      )}
    </Notice>
  );
}

function NextStep({ code, onRetry, concertId }: Omit<RefusedProps, 'problem'> & { code: Problem['code'] }) {
  const said = say(words);
  switch (code) {
    case 'UNAUTHENTICATED':
      return (
        <ButtonLink href={`/join?next=${encodeURIComponent(location.pathname + location.search)}`}>
          {said.signIn}
        </ButtonLink>
      );
    case 'QUEUE_TOKEN_INVALID':
    case 'NOT_ADMITTED':
    case 'ADMISSION_EXPIRED':
    case 'FORBIDDEN':
      return concertId === undefined ? (
        <ButtonLink href="/">{said.home}</ButtonLink>
      ) : (
        <ButtonLink href={`/concerts/${concertId}/wait`}>{said.wait}</ButtonLink>
      );
    case 'NOT_FOUND':
      return <ButtonLink href="/">{said.home}</ButtonLink>;
    case 'ALREADY_PAID':
      return <ButtonLink href="/my">{said.my}</ButtonLink>;
    default:
      return onRetry === undefined ? undefined : (
        <Button kind="plain" onPress={onRetry}>
          {said.again}
        </Button>
      );
  }
}
