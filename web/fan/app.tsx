/** What all pages of the fan have in common: head, foot, the page itself, and the moments between two pages. */
import { useEffect, useRef } from 'preact/hooks';
import { signal, useSignalEffect } from '@preact/signals';
import { fetchFontFor } from '../ui/font-ahead.ts';
import { Seal } from '../ui/seal.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { user } from '../client/session.ts';
import { chooseTheme, theme } from '../ui/theme.ts';
import { refusalWords } from '../words/refusals.ts';
import { language, say, speak } from '../words/words.ts';
import { place } from './router.ts';
import { routeOf, type Page } from './routes.ts';

const words = {
  ko: {
    skip: '본문으로 건너뛰기',
    my: '내 예매',
    join: '로그인',
    console: '운영 콘솔',
    dark: '어둡게 보기',
    light: '밝게 보기',
    other: 'English',
    ways: '매진',
    more: '더 알아보기',
    foot: '공정한 대기열, 두 번 팔리지 않는 좌석.',
    api: 'API 문서',
    developers: '개발자',
    offline: '인터넷에 연결되어 있지 않아요. 연결되면 이어서 할 수 있어요.',
    stale: '새 버전이 나왔어요',
    staleText: '화면을 새로 고치면 이어서 할 수 있어요.',
    reload: '새로 고침',
    home: '공연 목록',
  },
  en: {
    skip: 'Skip to the content',
    my: 'My tickets',
    join: 'Sign in',
    console: 'Console',
    dark: 'Dark',
    light: 'Light',
    other: '한국어',
    ways: 'Maejin',
    more: 'Learn more',
    foot: 'A fair line, and seats that are never sold twice.',
    api: 'API',
    developers: 'Developers',
    offline: 'You are offline. You can go on as soon as you are connected.',
    stale: 'A new version is out',
    staleText: 'Reload the page to go on.',
    reload: 'Reload',
    home: 'See the concerts',
  },
};

interface Shown {
  /** The path that it was loaded for. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly page: Page | 'none' | 'failed';
}

const shown = signal<Shown | undefined>(undefined);
const online = signal(navigator.onLine);
addEventListener('online', () => {
  online.value = true;
});
addEventListener('offline', () => {
  online.value = false;
});

async function open(path: string): Promise<void> {
  const found = routeOf(path);
  const params = found?.params ?? {};
  const page = found === undefined ? 'none' : await found.route.load().catch(() => 'failed' as const);
  if (place.peek().split('?')[0] === path) shown.value = { path, params, page };
}

/** What is first said when there is no line any more. */
function saidOffline({ offline, stale, staleText, reload }: (typeof words)['ko']): string[] {
  const { UNREACHABLE, OVERLOADED } = say(refusalWords);
  return [offline, stale, staleText, reload, ...Object.values(UNREACHABLE), ...Object.values(OVERLOADED)];
}

export function App() {
  useSignalEffect(() => {
    open(place.value.split('?')[0] ?? '/').catch(() => undefined);
  });
  const said = say(words);
  useEffect(() => fetchFontFor(...saidOffline(said)), [said]);
  return (
    <>
      <a class="skip" href="#content">
        {said.skip}
      </a>
      <Head />
      {!online.value && (
        <p class="offline" role="status">
          {said.offline}
        </p>
      )}
      <main class="main" id="content" tabindex={-1}>
        <Current />
      </main>
      <footer class="foot">
        <span>{said.foot}</span>
        <nav aria-label={said.more}>
          <a href="/docs">{said.api}</a>
          <a href="/developers">{said.developers}</a>
        </nav>
      </footer>
    </>
  );
}

function Current() {
  const now = shown.value;
  // Whoever moves by keyboard or listens begins at the top of the new page: not in the middle of the old, and not
  // nowhere because the button that led here went with it. What the new page has focused by then is its own affair.
  const isFirst = useRef(true);
  useEffect(() => {
    // Of the page that came with the address itself they begin at its very top, with the way past the head.
    if (isFirst.current || now === undefined) {
      isFirst.current = now === undefined;
      return;
    }
    const content = document.getElementById('content');
    if (content?.contains(document.activeElement) !== true) content?.focus({ preventScroll: true });
  }, [now?.path]);
  if (now === undefined) return <Skeleton width="60%" height="3rem" />;
  if (now.page === 'none') return <Nowhere />;
  if (now.page === 'failed') return <Stale />;
  const { page: PageNow, params, path } = now;
  return <PageNow key={path} params={params} />;
}

function Nowhere() {
  const { title, text } = say(refusalWords).NOT_FOUND;
  return (
    <div class="stack">
      <h1>{title}</h1>
      <p class="quiet">{text}</p>
      <div>
        <ButtonLink href="/">{say(words).home}</ButtonLink>
      </div>
    </div>
  );
}

/** A part of the app that cannot be loaded: a new version took its place, or the line is down. */
function Stale() {
  const said = say(words);
  return (
    <Notice title={said.stale} actions={<Button onPress={() => location.reload()}>{said.reload}</Button>}>
      {said.staleText}
    </Notice>
  );
}

function Head() {
  const said = say(words);
  const next = theme.value === 'dark' ? 'light' : 'dark';
  const other = language.value === 'ko' ? 'en' : 'ko';
  return (
    <header class="head">
      <a class="brand" href="/">
        <Seal size={36} />
        <span>Maejin</span>
      </a>
      <nav class="ways" aria-label={said.ways}>
        <button class="way" type="button" onClick={() => chooseTheme(next)}>
          {said[next]}
        </button>
        <button class="way" type="button" lang={other} onClick={() => speak(other)}>
          {said.other}
        </button>
        {user.value?.role === 'operator' && (
          <a class="way" href="/console">
            {said.console}
          </a>
        )}
        <span class="account">
          {user.value === null && (
            <a class="way strong" href="/join">
              {said.join}
            </a>
          )}
          {user.value && (
            <a class="way strong" href="/my">
              {said.my}
            </a>
          )}
        </span>
      </nav>
    </header>
  );
}
