/** Sign up and sign in. Afterwards the fan is where they wanted to be. */
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { asProblem, type Problem } from '../../client/problem.ts';
import { loadUser, signIn, signUp, user } from '../../client/session.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Notice, Refused } from '../../ui/notice.tsx';
import { say } from '../../words/words.ts';
import { go, useQueryAt } from '../router.ts';
import { useTitle } from '../title.ts';
import './join.css';

const password_chars_min = 8;

const words = {
  ko: {
    signIn: '로그인',
    signUp: '회원 가입',
    toWait: '가입하거나 로그인하면 바로 대기실로 이어져요.',
    email: '이메일',
    password: '비밀번호',
    passwordHint: '8자 이상',
    name: '이름',
    nameHint: '티켓에 표시돼요',
    faultEmail: '이메일 주소를 적어 주세요.',
    faultPassword: '8자 이상 적어 주세요.',
    faultName: '이름을 적어 주세요.',
    taken: '이미 가입한 이메일이에요. 로그인해 보세요.',
    wrong: '이메일이나 비밀번호가 맞지 않아요',
    wrongText: '다시 확인해 주세요. 아직 가입하지 않았다면 회원 가입을 눌러 주세요.',
    noCookies: '이 브라우저가 쿠키를 막고 있어 로그인할 수 없어요',
    noCookiesText: '설정에서 쿠키를 허용하거나 다른 브라우저로 열어 주세요.',
  },
  en: {
    signIn: 'Sign in',
    signUp: 'Sign up',
    toWait: 'Sign up or sign in, and you go straight to the waiting room.',
    email: 'E-mail',
    password: 'Password',
    passwordHint: 'At least 8 characters',
    name: 'Name',
    nameHint: 'Shown on your tickets',
    faultEmail: 'Enter your e-mail address.',
    faultPassword: 'Enter at least 8 characters.',
    faultName: 'Enter your name.',
    taken: 'This e-mail already has an account. Try signing in.',
    wrong: 'Wrong e-mail or password',
    wrongText: 'Check both. If you have no account yet, choose Sign up.',
    noCookies: 'This browser blocks cookies, so you cannot sign in',
    noCookiesText: 'Allow cookies in its settings, or open this page in another browser.',
  },
};

type Faults = Partial<Record<'email' | 'password' | 'name', string>>;

/** Only addresses of this site: a link must not send anybody elsewhere. */
function nextOf(query: URLSearchParams): string {
  const next = query.get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

export function Join() {
  const said = say(words);
  const next = nextOf(useQueryAt('/join'));
  const isNew = useSignal(next !== '/');
  useTitle(isNew.value ? said.signUp : said.signIn);
  // Whoever is sent here may have been signed out elsewhere: what this page remembers is asked again first.
  const isAsked = useSignal(false);
  useEffect(() => {
    loadUser()
      .catch(() => undefined)
      .finally(() => {
        isAsked.value = true;
      });
  }, []);
  useEffect(() => {
    if (isAsked.value && user.value) go(next, { replace: true });
  }, [isAsked.value, user.value]);
  return (
    <div class="narrow stack wide join">
      <h1>{isNew.value ? said.signUp : said.signIn}</h1>
      {next.includes('/wait') && <p class="quiet">{said.toWait}</p>}
      <div class="choose" role="group">
        {[true, false].map((choice) => (
          <button
            key={String(choice)}
            type="button"
            aria-pressed={isNew.value === choice}
            onClick={() => {
              isNew.value = choice;
            }}
          >
            {choice ? said.signUp : said.signIn}
          </button>
        ))}
      </div>
      <JoinForm isNew={isNew.value} />
    </div>
  );
}

function faultsIn(
  said: (typeof words)['ko'],
  sent: { email: string; password: string; name: string },
  isNew: boolean,
): Faults {
  return {
    ...(/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(sent.email) ? {} : { email: said.faultEmail }),
    ...(sent.password.length >= password_chars_min ? {} : { password: said.faultPassword }),
    ...(!isNew || sent.name !== '' ? {} : { name: said.faultName }),
  };
}

/** In the order in which the fields stand, whatever the order in which they were looked at; false without any fault. */
function focusFirst(form: HTMLFormElement, faults: Faults): boolean {
  const first = [...form.querySelectorAll('input')].find(({ name }) => name in faults);
  first?.focus();
  return first !== undefined;
}

function JoinForm({ isNew }: { isNew: boolean }) {
  const said = say(words);
  const busy = useSignal(false);
  const faults = useSignal<Faults>({});
  const problem = useSignal<Problem | undefined>(undefined);

  const submit = async (form: HTMLFormElement): Promise<void> => {
    if (busy.value) return;
    const data = new FormData(form);
    const text = (name: string): string => {
      const value = data.get(name);
      return typeof value === 'string' ? value : '';
    };
    const sent = { email: text('email').trim(), password: text('password'), name: text('name').trim() };
    faults.value = faultsIn(said, sent, isNew);
    problem.value = undefined;
    if (focusFirst(form, faults.value)) return;
    busy.value = true;
    try {
      await (isNew ? signUp(sent) : signIn({ email: sent.email, password: sent.password }));
    } catch (error) {
      const found = asProblem(error);
      if (found.fields['reason'] === 'EMAIL_NOT_USABLE') {
        faults.value = { email: said.taken };
        focusFirst(form, faults.value);
      } else problem.value = found;
    }
    busy.value = false;
  };

  const noCookies = problem.value?.fields['reason'] === 'NO_COOKIES';
  const wrong = problem.value?.code === 'UNAUTHENTICATED';
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <Fields isNew={isNew} faults={faults.value} />
      {wrong && (
        <Notice key={noCookies ? 'cookies' : 'wrong'} title={noCookies ? said.noCookies : said.wrong}>
          <p class="quiet">{noCookies ? said.noCookiesText : said.wrongText}</p>
        </Notice>
      )}
      {problem.value !== undefined && !wrong && <Refused problem={problem.value} />}
      <Button type="submit" size="wide" busy={busy.value}>
        {isNew ? said.signUp : said.signIn}
      </Button>
    </form>
  );
}

function Fields({ isNew, faults }: { isNew: boolean; faults: Faults }) {
  const said = say(words);
  const autocomplete = isNew ? 'new-password' : 'current-password';
  return (
    <>
      {isNew && (
        <Field
          label={said.name}
          name="name"
          hint={said.nameHint}
          fault={faults.name}
          input={{ autocomplete: 'name', maxLength: 100 }}
        />
      )}
      <Field
        label={said.email}
        name="email"
        fault={faults.email}
        input={{ type: 'email', autocomplete: 'email', maxLength: 254, inputMode: 'email' }}
      />
      <Field
        label={said.password}
        name="password"
        hint={isNew ? said.passwordHint : undefined}
        fault={faults.password}
        input={{ type: 'password', autocomplete, maxLength: 128 }}
      />
    </>
  );
}
