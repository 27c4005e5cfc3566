/** How the view moves by itself: gliding to where somebody asked to go, rolling out after a swipe. */
import { between, type View } from './camera.ts';

export interface Motion {
  /** Whether the next frame has to look again. */
  readonly isMoving: boolean;
  glide(from: View, to: View): void;
  /** Pixels of the page a millisecond. */
  fling(from: View, x: number, y: number): void;
  stop(): void;
  /** Where the view is now; undefined once it stands. */
  at(now: number): View | undefined;
}

const glide_ms = 240;
/** After so many milliseconds a swipe has a third of its speed. */
const roll_ms = 220;
const speed_min = 0.02;

const reduced = matchMedia('(prefers-reduced-motion: reduce)');

export function createMotion(): Motion {
  let course: ((now: number) => { readonly view: View; readonly isOver: boolean }) | undefined;
  return {
    get isMoving() {
      return course !== undefined;
    },
    glide: (from, to) => {
      let start: number | undefined;
      const duration = reduced.matches ? 0 : glide_ms;
      course = (now) => {
        start ??= now;
        const part = duration === 0 ? 1 : Math.min(1, (now - start) / duration);
        return { view: part === 1 ? to : between(from, to, 1 - (1 - part) ** 3), isOver: part === 1 };
      };
    },
    fling: (from, x, y) => {
      if (reduced.matches || Math.hypot(x, y) < 0.15) return;
      let start: number | undefined;
      course = (now) => {
        start ??= now;
        const slower = Math.exp(-(now - start) / roll_ms);
        const way = (roll_ms * (1 - slower)) / from.scale;
        return {
          view: { ...from, x: from.x - x * way, y: from.y - y * way },
          isOver: Math.hypot(x, y) * slower < speed_min,
        };
      };
    },
    stop: () => {
      course = undefined;
    },
    at: (now) => {
      const next = course?.(now);
      if (next?.isOver) course = undefined;
      return next?.view;
    },
  };
}
