/** Around every page of the console: the navigation, who is here, and the page that the address names. */
import { useEffect, useRef } from 'preact/hooks';
import { signal, useSignalEffect } from '@preact/signals';
import { signOut, user } from '../client/session.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { fetchFontFor } from '../ui/font-ahead.ts';
import { Seal } from '../ui/seal.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { refusalWords } from '../words/refusals.ts';
import { language, say } from '../words/words.ts';
import { Vitals } from './live/vitals.tsx';
import { PageHead } from './parts/page-head.tsx';
import { place } from './router.ts';
import { routeOf, routes, type Page } from './routes.tsx';
import { Shortcuts, ShortcutsButton } from './shortcuts.tsx';
import { Switches } from './switches.tsx';

const words = {
  ko: {
    skip: '본문으로 건너뛰기',
    pages: '콘솔',
    fan: '팬 화면',
    signOut: '로그아웃',
    offline: '인터넷에 연결되어 있지 않아요. 보이는 숫자는 마지막으로 받은 숫자예요.',
    stale: '새 버전이 나왔어요',
    staleText: '화면을 새로 고치면 이어서 할 수 있어요.',
    reload: '새로 고침',
    live: '실시간 화면으로',
    missing: '이 주소에는 콘솔 화면이 없어요.',
  },
  en: {
    skip: 'Skip to the content',
    pages: 'Console',
    fan: 'Fan pages',
    signOut: 'Sign out',
    offline: 'You are offline. These are the last numbers that arrived.',
    stale: 'A new version is out',
    staleText: 'Reload the page to go on.',
    reload: 'Reload',
    live: 'Go to the live page',
    missing: 'The console has no page at this address.',
  },
};

interface Shown {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly page: Page | 'none' | 'failed';
}

const shown = signal<Shown | undefined>(undefined);
const online = signal(navigator.onLine);
for (const event of ['online', 'offline'] as const) {
  addEventListener(event, () => {
    online.value = event === 'online';
  });
}

const pathOf = (address: string): string => address.split('?')[0] ?? '';

async function open(path: string): Promise<void> {
  const found = routeOf(path);
  const page = found === undefined ? 'none' : await found.route.load().catch(() => 'failed' as const);
  if (pathOf(place.peek()) === path) shown.value = { path, params: found?.params ?? {}, page };
}

export function Frame() {
  useSignalEffect(() => {
    void open(pathOf(place.value));
  });
  const said = say(words);
  useEffect(() => fetchFontFor(said.offline, said.stale, said.staleText, said.reload), [said]);
  return (
    <>
      <a class="skip" href="#content">
        {said.skip}
      </a>
      <Head />
      <Vitals />
      {!online.value && (
        <p class="offline" role="status">
          {said.offline}
        </p>
      )}
      <main class="main" id="content" tabindex={-1}>
        <Current />
      </main>
      <Shortcuts />
    </>
  );
}

function Head() {
  const said = say(words);
  const now = routeOf(pathOf(place.value))?.route;
  const here = now?.href ?? now?.beneath ?? '/console';
  return (
    <header class="head">
      <a class="brand" href="/console" aria-label="Maejin">
        <Seal size={28} />
        <span>Maejin</span>
      </a>
      <nav class="pages" aria-label={said.pages}>
        {routes.map(
          ({ href, title, key }) =>
            href !== undefined && (
              <a key={href} href={href} aria-current={href === here ? 'page' : undefined}>
                {title[language.value]}
                {key !== undefined && <kbd aria-hidden="true">{key}</kbd>}
              </a>
            ),
        )}
      </nav>
      <div class="own">
        <ShortcutsButton />
        <Switches />
        <a class="switch" href="/">
          {said.fan}
        </a>
        <button
          class="switch"
          type="button"
          title={user.value?.email}
          onClick={() => void signOut().catch(() => undefined)}
        >
          {said.signOut}
        </button>
      </div>
    </header>
  );
}

function Current() {
  const now = shown.value;
  // Whoever moves by keyboard or listens begins at the top of the new page: not in the middle of the old, and not
  // nowhere because the link that led here went with it.
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
  const said = say(words);
  if (now === undefined) return <Skeleton width="40%" height="2rem" />;
  if (now.page === 'none') {
    return (
      <div class="stack">
        <PageHead title={say(refusalWords).NOT_FOUND.title}>{said.missing}</PageHead>
        <div>
          <ButtonLink href="/console">{said.live}</ButtonLink>
        </div>
      </div>
    );
  }
  if (now.page === 'failed') {
    return (
      <Notice title={said.stale} actions={<Button onPress={() => location.reload()}>{said.reload}</Button>}>
        {said.staleText}
      </Notice>
    );
  }
  const { page: PageNow, params, path } = now;
  return <PageNow key={path} params={params} />;
}
