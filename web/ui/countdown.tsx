/** Time that runs down by the box office's clock, read aloud in steps and not every second. */
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { secondsUntil, syncClock } from '../client/clock.ts';
import { counted, countdown } from '../words/language.ts';
import { say } from '../words/words.ts';
import { LiveRegion } from './live-region.tsx';

const late_seconds = 60;
const again_ms_min = 1_000;
const again_ms_max = 16_000;
/** Told to a screen reader when so many seconds are left. */
const told_at = [300, 120, 60, 30, 10];

const words = {
  ko: {
    left: (seconds: number) => (seconds >= 60 ? `${Math.round(seconds / 60)}분 남았어요` : `${seconds}초 남았어요`),
  },
  en: {
    left: (seconds: number) =>
      seconds >= 60 ? `${counted(Math.round(seconds / 60), 'minute')} left` : `${counted(seconds, 'second')} left`,
  },
};

/**
 * Seconds until `until`, four times a second. With none left `onEnd` is called, and after longer and longer pauses again
 * for as long as nothing else is shown: this clock may be ahead by half a round trip, and whoever asks at its end is
 * then told that it is not yet.
 */
function useSecondsUntil(until: string, onEnd?: () => void) {
  const seconds = useSignal(secondsUntil(until));
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    // Not before the box office said what time it is: the clock of a phone may be minutes ahead.
    let nextAt = Infinity;
    let pause = again_ms_min;
    const tick = (): void => {
      seconds.value = Math.ceil(secondsUntil(until));
      if (seconds.value > 0 || performance.now() < nextAt) return;
      nextAt = performance.now() + pause;
      // In the end longer than a question may take, so that on a bad line one is answered before the next.
      pause = Math.min(pause * 2, again_ms_max);
      end.current?.();
    };
    const start = (): void => {
      nextAt = 0;
      tick();
    };
    syncClock().then(start, start);
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}

export function Countdown({ until, onEnd }: { readonly until: string; readonly onEnd?: () => void }) {
  const seconds = useSecondsUntil(until, onEnd);
  const step = told_at.findLast((at) => seconds.value <= at);
  return (
    <>
      <span
        class={seconds.value <= late_seconds ? 'countdown late' : 'countdown'}
        role="timer"
        aria-live="off"
        translate={false}
      >
        {countdown(seconds.value)}
      </span>
      <LiveRegion text={step === undefined || seconds.value === 0 ? '' : say(words).left(step)} />
    </>
  );
}
