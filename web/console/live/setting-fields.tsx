/** The fields of the settings: the slider that matters most, and the plain numbers. */
import { useId } from 'preact/hooks';
import { countdown } from '../../words/language.ts';
import { language, number, say } from '../../words/words.ts';
import { bounds, type Draft, type InForce } from './draft.ts';
import { effectOf, type Now, type Setting } from './effects.ts';
import { settingWords } from './setting-words.ts';

const words = {
  ko: {
    between: (min: string, max: string) => `${min}부터 ${max}까지의 정수를 적어 주세요.`,
    slider: '동시 입장 인원 슬라이더',
    inside: (active: string, waiting: string) => `지금 이용 중 ${active}명, 대기 ${waiting}명`,
    seconds: '초',
    seats: '석',
  },
  en: {
    between: (min: string, max: string) => `Enter a whole number from ${min} to ${max}.`,
    slider: 'People inside at once, as a slider',
    inside: (active: string, waiting: string) => `${active} inside now, ${waiting} waiting`,
    seconds: 's',
    seats: 'seats',
  },
};

interface FieldProps {
  readonly draft: Draft;
  readonly inForce: InForce;
  readonly now: Now;
}

/** What the field would do, or what is wrong with it, or nothing while it is as it was. */
function useHint(setting: Setting, { draft, inForce, now }: FieldProps): { text: string; fault: boolean } {
  const { min, max } = bounds[setting];
  if (!draft.isValid(setting, inForce)) return { text: say(words).between(number(min), number(max)), fault: true };
  const change = draft.changes(inForce).find((one) => one.setting === setting);
  return { text: change === undefined ? '' : effectOf(language.value, change, now), fault: false };
}

/** A value that is not a number yet is shown as what was typed: nothing. */
const shown = (value: number): string => (Number.isNaN(value) ? '' : String(value));
const read = (text: string): number => (/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN);

/** Round numbers, so that the whole of the slider is of use whatever the size of the sale. */
function reachOf(inForce: InForce, now: Now): number {
  const wanted = Math.max(100, inForce.maxActive * 3, now.active * 2);
  const step = 10 ** Math.floor(Math.log10(wanted));
  return Math.min(bounds.maxActive.max, Math.ceil(wanted / step) * step);
}

/** Beyond this a slider cannot be put on one exact number by hand; the field beside it can. */
const fine_reach_max = 1_000;

export function MaxActive(props: FieldProps) {
  const { draft, inForce, now } = props;
  const said = say(words);
  const id = useId();
  const hint = useHint('maxActive', props);
  const value = draft.value('maxActive', inForce);
  const reach = Math.max(reachOf(inForce, now), Number.isNaN(value) ? 1 : Math.min(value, bounds.maxActive.max));
  const step = reach > fine_reach_max ? 10 : 1;
  const set = (text: string): void => draft.set('maxActive', read(text), inForce);
  return (
    <div class="setting max-active">
      <div class="setting-head">
        <label for={id}>{say(settingWords)['maxActive']}</label>
        <input
          id={id}
          class="exact"
          inputMode="numeric"
          autocomplete="off"
          value={shown(value)}
          aria-invalid={hint.fault}
          aria-describedby={`${id}-hint`}
          onInput={(event) => set(event.currentTarget.value)}
        />
      </div>
      <input
        type="range"
        aria-label={said.slider}
        aria-valuetext={number(Number.isNaN(value) ? inForce.maxActive : value)}
        aria-describedby={`${id}-hint`}
        min={step}
        max={reach}
        step={step}
        value={Number.isNaN(value) ? inForce.maxActive : value}
        onInput={(event) => set(event.currentTarget.value)}
      />
      <p class="small quiet ends">
        <span>{step}</span>
        <span>{said.inside(number(now.active), number(now.waiting))}</span>
        <span>{number(reach)}</span>
      </p>
      <p id={`${id}-hint`} class={hint.fault ? 'fault' : 'effect'}>
        {hint.text}
      </p>
    </div>
  );
}

export function NumberSetting(props: FieldProps & { readonly setting: Setting }) {
  const { draft, inForce, setting } = props;
  const said = say(words);
  const id = useId();
  const hint = useHint(setting, props);
  const value = draft.value(setting, inForce);
  const isTime = setting.endsWith('Seconds');
  return (
    <div class="setting">
      <div class="setting-head">
        <label for={id}>{say(settingWords)[setting]}</label>
        <span class="unit">
          <input
            id={id}
            class="exact"
            inputMode="numeric"
            autocomplete="off"
            value={shown(value)}
            aria-invalid={hint.fault}
            aria-describedby={`${id}-hint`}
            onInput={(event) => draft.set(setting, read(event.currentTarget.value), inForce)}
          />
          <span class="quiet small">{isTime ? said.seconds : said.seats}</span>
          {isTime && <span class="quiet small clock">{Number.isNaN(value) ? '' : countdown(value)}</span>}
        </span>
      </div>
      <p id={`${id}-hint`} class={hint.fault ? 'fault' : 'effect'}>
        {hint.text}
      </p>
    </div>
  );
}
