/** The operator's pages begin here. */
import { render } from 'preact';
import { Seal } from '../ui/seal.tsx';
import { say } from '../words/words.ts';

const words = {
  ko: { title: '운영 콘솔', text: '이 화면은 준비 중이에요.', home: '공연 목록으로' },
  en: { title: 'Console', text: 'This page is on its way.', home: 'To the concerts' },
};

function Console() {
  const said = say(words);
  return (
    <main class="console">
      <Seal size={56} />
      <h1>{said.title}</h1>
      <p class="quiet">{said.text}</p>
      <a href="/">{said.home}</a>
    </main>
  );
}

const page = document.getElementById('page');
if (page !== null) render(<Console />, page);
