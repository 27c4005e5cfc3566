/** The list of shortcuts, and the button that opens it for those who do not know the key. */
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { language, say } from '../words/words.ts';
import { listing } from './keys.ts';
import { routes } from './routes.tsx';

const words = {
  ko: { title: '단축키', after: '다음에', list: '이 목록', close: '닫기', open: '단축키 보기' },
  en: { title: 'Shortcuts', after: 'then', list: 'This list', close: 'Close', open: 'Show the shortcuts' },
};

export function ShortcutsButton() {
  return (
    <button
      class="switch"
      type="button"
      aria-label={say(words).open}
      title={say(words).open}
      onClick={() => {
        listing.value = true;
      }}
    >
      <kbd>?</kbd>
    </button>
  );
}

export function Shortcuts() {
  const dialog = useRef<HTMLDialogElement>(null);
  useSignalEffect(() => {
    if (listing.value && dialog.current?.open === false) dialog.current.showModal();
  });
  const said = say(words);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="shortcuts-title"
      onClose={() => {
        listing.value = false;
      }}
    >
      <h2 id="shortcuts-title">{said.title}</h2>
      <dl class="shortcuts">
        {routes.map(
          ({ key, title }) =>
            key !== undefined && (
              <div key={key}>
                <dt>
                  <kbd>g</kbd> <span class="quiet small">{said.after}</span> <kbd>{key}</kbd>
                </dt>
                <dd>{title[language.value]}</dd>
              </div>
            ),
        )}
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>{said.list}</dd>
        </div>
      </dl>
      <div class="row end">
        <Button kind="plain" size="small" onPress={() => dialog.current?.close()}>
          {said.close}
        </Button>
      </div>
    </dialog>
  );
}
