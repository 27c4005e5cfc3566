/** Says what happened, what it means, and what to do. A refusal becomes one by itself. */
import type { ComponentChildren } from 'preact';
import type { Problem } from '../client/problem.ts';
import { refusalWords } from '../words/refusals.ts';
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
    wait: '대기실로',
    home: '공연 목록',
    my: '내 예매',
    id: '문의할 때 알려 주세요:',
  },
  en: {
    again: 'Try again',
    signIn: 'Sign in',
    wait: 'To the waiting room',
    home: 'To the concerts',
    my: 'My tickets',
    id: 'If you ask us about it:',
  },
};

export interface RefusedProps {
  readonly problem: Problem;
  /** Tries the same again, where that makes sense. */
  readonly onRetry?: (() => void) | undefined;
  readonly concertId?: string | undefined;
}

/** A problem of any kind with its sentence and the next step. */
export function Refused({ problem, onRetry, concertId }: RefusedProps) {
  const said = say(words);
  const { title, text } = say(refusalWords)[problem.code];
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
