/** What stands before the console: one narrow column with the seal, while it is not known who comes in. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Seal } from '../ui/seal.tsx';
import { say } from '../words/words.ts';
import { Switches } from './switches.tsx';

const words = { ko: { console: '운영 콘솔' }, en: { console: 'Console' } };

export function Door({ title, children }: { readonly title?: string; readonly children: ComponentChildren }) {
  const said = say(words);
  useEffect(() => {
    document.title = `${title ?? said.console} · Maejin`;
  }, [title, said]);
  return (
    <div class="door">
      <header>
        <a class="brand" href="/">
          <Seal size={32} />
          <span>Maejin</span>
        </a>
        <Switches />
      </header>
      <main class="stack">
        <p class="small quiet">{said.console}</p>
        {title !== undefined && <h1>{title}</h1>}
        {children}
      </main>
    </div>
  );
}
