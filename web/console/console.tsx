/** The console: for operators alone, and around their pages the frame. */
import { user } from '../client/session.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { signOut } from '../client/session.ts';
import { say } from '../words/words.ts';
import { Frame } from './frame.tsx';
import { Door } from './door.tsx';
import { SignIn } from './sign-in.tsx';

const words = {
  ko: {
    fan: '운영자만 들어올 수 있어요',
    fanText: (email: string) =>
      `지금 로그인한 ${email} 계정은 운영자 계정이 아니에요. 운영자 계정으로 다시 로그인하거나 공연 목록으로 가 주세요.`,
    home: '공연 목록',
    other: '다른 계정으로 로그인',
    loading: '로그인을 확인하고 있어요',
  },
  en: {
    fan: 'For operators only',
    fanText: (email: string) =>
      `You are signed in as ${email}, which is not an operator account. Sign in with one, or go to the concerts.`,
    home: 'See the concerts',
    other: 'Use another account',
    loading: 'Checking your sign-in',
  },
};

export function Console() {
  const who = user.value;
  if (who === undefined) return <Asking />;
  if (who === null) return <SignIn />;
  return who.role === 'operator' ? <Frame /> : <Fan email={who.email} />;
}

function Asking() {
  return (
    <Door>
      <p class="hidden" role="status">
        {say(words).loading}
      </p>
      <Skeleton width="60%" height="2.4rem" />
      <Skeleton height="7rem" />
    </Door>
  );
}

function Fan({ email }: { readonly email: string }) {
  const said = say(words);
  return (
    <Door title={said.fan}>
      <p class="quiet">{said.fanText(email)}</p>
      <div class="row">
        <ButtonLink href="/">{said.home}</ButtonLink>
        <Button kind="plain" onPress={() => void signOut().catch(() => undefined)}>
          {said.other}
        </Button>
      </div>
    </Door>
  );
}
