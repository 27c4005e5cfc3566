/** The operator's way in. There is no signing up here: operators are made by whoever runs the service. */
import { useSignal } from '@preact/signals';
import { asProblem, type Problem } from '../client/problem.ts';
import { signIn } from '../client/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice, Refused } from '../ui/notice.tsx';
import { say } from '../words/words.ts';
import { Door } from './door.tsx';

const words = {
  ko: {
    title: '운영자 로그인',
    email: '이메일',
    password: '비밀번호',
    signIn: '로그인',
    wrong: '이메일이나 비밀번호가 맞지 않아요',
    wrongText: '첫 계정은 ADMIN_EMAIL과 ADMIN_PASSWORD로 정하거나, 서버를 시작할 때 화면에 나와요.',
  },
  en: {
    title: 'Operator sign-in',
    email: 'E-mail',
    password: 'Password',
    signIn: 'Sign in',
    wrong: 'Wrong e-mail or password',
    wrongText: 'The first account is set with ADMIN_EMAIL and ADMIN_PASSWORD, or printed when the server starts.',
  },
};

function textOf(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === 'string' ? value : '';
}

export function SignIn() {
  const said = say(words);
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const submit = async (form: HTMLFormElement): Promise<void> => {
    if (busy.value) return;
    const data = new FormData(form);
    busy.value = true;
    problem.value = undefined;
    try {
      await signIn({ email: textOf(data, 'email').trim(), password: textOf(data, 'password') });
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };
  const code = problem.value?.code;
  const wrong = code === 'UNAUTHENTICATED' || code === 'VALIDATION_FAILED';
  return (
    <Door title={said.title}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <Field
          label={said.email}
          name="email"
          input={{ type: 'email', autocomplete: 'username', maxLength: 254, autoFocus: true }}
        />
        <Field
          label={said.password}
          name="password"
          input={{ type: 'password', autocomplete: 'current-password', maxLength: 128 }}
        />
        {wrong && (
          <Notice title={said.wrong}>
            <p class="quiet">{said.wrongText}</p>
          </Notice>
        )}
        {problem.value !== undefined && !wrong && <Refused problem={problem.value} />}
        <Button type="submit" size="wide" busy={busy.value}>
          {said.signIn}
        </Button>
      </form>
    </Door>
  );
}
