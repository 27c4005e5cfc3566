/** The other language and the other theme. */
import { chooseTheme, theme } from '../ui/theme.ts';
import { language, say, speak } from '../words/words.ts';

const words = {
  ko: { dark: '어둡게', light: '밝게', other: 'English' },
  en: { dark: 'Dark', light: 'Light', other: '한국어' },
};

export function Switches() {
  const said = say(words);
  const next = theme.value === 'dark' ? 'light' : 'dark';
  const other = language.value === 'ko' ? 'en' : 'ko';
  return (
    <>
      <button class="switch" type="button" onClick={() => chooseTheme(next)}>
        {said[next]}
      </button>
      <button class="switch" type="button" lang={other} onClick={() => speak(other)}>
        {said.other}
      </button>
    </>
  );
}
