/** What the app's pages show before their script has run: the head of the page, in place, and what it is. */
import type { Language } from '../platform/language.ts';
import { frame } from './frame.ts';

interface Shell {
  readonly title: string;
  readonly description: string;
  readonly body: string;
}

/** The first page is everybody's; the others of the fan are of one reader each. */
export type ShellName = 'home' | 'fan' | 'console';

const head = (needsScript: string, besides = ''): string =>
  `<header class="head"><a class="brand" href="/"><img class="seal" src="/seal.svg" alt="" width="36" height="36"><span>Maejin</span></a></header><main class="main"><noscript>${besides}<p>${needsScript}</p></noscript></main>`;

const fanNeedsScript: Readonly<Record<Language, string>> = {
  ko: '예매하려면 브라우저에서 JavaScript를 켜 주세요.',
  en: 'Please switch on JavaScript to buy tickets.',
};

const fan: Readonly<Record<Language, Shell>> = {
  ko: {
    title: '매진 Maejin',
    description: '공정한 대기열, 두 번 팔리지 않는 좌석, 1원도 사라지지 않는 지갑. 콘서트 예매소 매진이에요.',
    body: head(fanNeedsScript.ko),
  },
  en: {
    title: 'Maejin 매진',
    description:
      'A fair line, seats that are never sold twice, and a wallet that never loses a won: Maejin, the box office.',
    body: head(fanNeedsScript.en),
  },
};

export const shells: Readonly<Record<ShellName, Readonly<Record<Language, Shell>>>> = {
  home: fan,
  fan,
  console: {
    ko: {
      title: '운영 콘솔 · 매진',
      description: '',
      body: head('콘솔을 쓰려면 브라우저에서 JavaScript를 켜 주세요.'),
    },
    en: { title: 'Console · Maejin', description: '', body: head('Please switch on JavaScript to use the console.') },
  },
};

/** The fan's body with facts for those who read without a script; `facts` is markup. */
export function bodyWith(language: Language, facts: string): string {
  return head(fanNeedsScript[language], facts);
}

/** Shown where somebody started the server by hand before anything was built. */
export const notBuiltPage = frame('en', {
  title: 'Maejin',
  description: 'The pages are not built yet',
  body: '<main><h1>The pages are not built yet</h1><p>Start the server with <code>npm start</code>, which builds them. The API is open: <a href="/docs">/docs</a>.</p></main>',
});
