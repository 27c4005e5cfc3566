/** Time that runs down by the box office's clock, read aloud in steps and not every second. */
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { secondsUntil, syncClock } from '../client/clock.ts';
import { counted, countdown } from '../words/language.ts';
import { say } from '../words/words.ts';
import { LiveRegion } from './live-region.tsx';

const late_seconds = 60;
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

/** Seconds until `until`, four times a second; calls `onEnd` once when none is left. */
function useSecondsUntil(until: string, onEnd?: () => void) {
  const seconds = useSignal(secondsUntil(until));
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    let ended = false;
    const tick = (): void => {
      seconds.value = Math.ceil(secondsUntil(until));
      if (seconds.value > 0 || ended) return;
      ended = true;
      end.current?.();
    };
    syncClock().then(tick, tick);
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
      <span class={seconds.value <= late_seconds ? 'countdown late' : 'countdown'} role="timer" aria-live="off">
        {countdown(seconds.value)}
      </span>
      <LiveRegion text={step === undefined || seconds.value === 0 ? '' : say(words).left(step)} />
    </>
  );
}
