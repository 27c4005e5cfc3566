/** What the app's pages show before their script has run: the head of the page, in place, and what it is. */
import type { Language } from '../hall/language.ts';
import { frame } from './frame.ts';

interface Shell {
  readonly title: string;
  readonly description: string;
  readonly body: string;
}

export type ShellName = 'fan' | 'console';

const head = (needsScript: string): string =>
  `<header class="head"><a class="brand" href="/"><img class="seal" src="/seal.svg" alt="" width="36" height="36"><span>Maejin</span></a></header><main class="main"><noscript><p>${needsScript}</p></noscript></main>`;

export const shells: Readonly<Record<ShellName, Readonly<Record<Language, Shell>>>> = {
  fan: {
    ko: {
      title: '매진 Maejin',
      description: '공정한 대기열, 두 번 팔리지 않는 좌석, 1원도 사라지지 않는 지갑. 콘서트 예매소 매진이에요.',
      body: head('예매하려면 브라우저에서 JavaScript를 켜 주세요.'),
    },
    en: {
      title: 'Maejin 매진',
      description:
        'A fair line, seats that are never sold twice, and a wallet that never loses a won: Maejin, the box office.',
      body: head('Please switch on JavaScript to buy tickets.'),
    },
  },
  console: {
    ko: {
      title: '운영 콘솔 · 매진',
      description: '',
      body: head('콘솔을 쓰려면 브라우저에서 JavaScript를 켜 주세요.'),
    },
    en: { title: 'Console · Maejin', description: '', body: head('Please switch on JavaScript to use the console.') },
  },
};

/** Shown where somebody started the server by hand before anything was built. */
export const notBuiltPage = frame('en', {
  title: 'Maejin',
  description: 'The pages are not built yet',
  body: '<main><h1>The pages are not built yet</h1><p>Start the server with <code>npm start</code>, which builds them. The API is open: <a href="/docs">/docs</a>.</p></main>',
});
