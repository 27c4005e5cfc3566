/** Fingers, mouse and wheel on the canvas, as what they mean: a pan, a pinch, a tap, a look. */
import type { Point } from './block.ts';

export interface Hands {
  /** A finger or button went down: whatever rolls stops. */
  onGrab(): void;
  /** Moved by so many pixels of the page. */
  onPan(by: Point): void;
  /**
   * So many times nearer; what was under `from` is under `at` then. Answers false where it cannot go there: then the
   * page may scroll.
   */
  onZoom(factor: number, at: Point, from: Point): boolean;
  /** Let go at so many pixels a millisecond. */
  onRelease(speed: Point): void;
  onTap(at: Point, isFinger: boolean): void;
  /** The mouse rests on this point, or left. */
  onHover(at: Point | undefined): void;
}

const tap_ms_max = 700;
const slop = { mouse: 4, finger: 9 };
const speed_over_ms = 90;

interface Trace {
  readonly at: Point;
  readonly time: number;
}

/** Listens until the answer is called. */
export function listen(canvas: HTMLCanvasElement, hands: Hands): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const pointers = createPointers(canvas, hands);
  const on = <Name extends keyof HTMLElementEventMap>(
    names: readonly Name[],
    act: (event: HTMLElementEventMap[Name]) => void,
  ): void => {
    for (const name of names) canvas.addEventListener(name, act, { signal, passive: false });
  };
  on(['pointerdown'], pointers.down);
  on(['pointermove'], pointers.move);
  on(['pointerup'], (event) => pointers.up(event, true));
  on(['pointercancel'], (event) => pointers.up(event, false));
  on(['pointerleave'], () => hands.onHover(undefined));
  // Two fingers are for the map, even where one finger scrolls the page.
  on(['touchstart'], (event) => {
    if (event.touches.length > 1) event.preventDefault();
  });
  on(['wheel'], (event) => {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const speed = event.ctrlKey ? 0.01 : 0.0018;
    const change = Math.max(-1, Math.min(1, -event.deltaY * lines * speed));
    const at = pointIn(canvas, event);
    if (hands.onZoom(Math.exp(change), at, at)) event.preventDefault();
  });
  return () => ended.abort();
}

function pointIn(canvas: HTMLCanvasElement, { clientX, clientY }: MouseEvent): Point {
  const { left, top } = canvas.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

/** Of the last moment, so that a finger that stopped does not throw. */
function speedOf(traces: readonly Trace[], now: number): Point {
  const recent = traces.filter(({ time }) => now - time < speed_over_ms);
  const [first, last] = [recent.at(0), recent.at(-1)];
  if (first === undefined || last === undefined || last.time === first.time) return { x: 0, y: 0 };
  const time = last.time - first.time;
  return { x: (last.at.x - first.at.x) / time, y: (last.at.y - first.at.y) / time };
}

function middleOf(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}

function createPointers(canvas: HTMLCanvasElement, hands: Hands) {
  const down = new Map<number, Point>();
  let traces: Trace[] = [];
  let start: Trace | undefined;
  /** Undefined while this may still become a tap. */
  let isPan: boolean | undefined;

  const pan = (before: Point, at: Point, event: PointerEvent): void => {
    const limit = event.pointerType === 'mouse' ? slop.mouse : slop.finger;
    let from = before;
    if (isPan === undefined && start !== undefined) {
      if (Math.hypot(at.x - start.at.x, at.y - start.at.y) <= limit) return;
      isPan = true;
      // What it took to tell a pan from a tap belongs to the pan: the hall sticks to the finger.
      from = start.at;
    }
    traces = [...traces.slice(-8), { at, time: event.timeStamp }];
    hands.onPan({ x: at.x - from.x, y: at.y - from.y });
  };

  const pinch = (id: number, before: Point, at: Point): void => {
    const other = [...down].find(([one]) => one !== id)?.[1];
    if (other === undefined) return;
    isPan = true;
    const far = Math.hypot(before.x - other.x, before.y - other.y);
    const near = Math.hypot(at.x - other.x, at.y - other.y);
    const [from, to] = [middleOf(before, other), middleOf(at, other)];
    if (far > 0) hands.onZoom(near / far, to, from);
  };

  return {
    down: (event: PointerEvent): void => {
      if (event.pointerType === 'mouse' && event.button !== 0) return;
      if (down.size >= 2) return;
      canvas.setPointerCapture(event.pointerId);
      const at = pointIn(canvas, event);
      down.set(event.pointerId, at);
      traces = [];
      start = { at, time: event.timeStamp };
      isPan = down.size > 1 ? true : undefined;
      hands.onGrab();
    },
    move: (event: PointerEvent): void => {
      const at = pointIn(canvas, event);
      const before = down.get(event.pointerId);
      if (before === undefined) {
        if (event.pointerType === 'mouse') hands.onHover(at);
        return;
      }
      if (down.size === 1) pan(before, at, event);
      else pinch(event.pointerId, before, at);
      down.set(event.pointerId, at);
    },
    up: (event: PointerEvent, isDone: boolean): void => {
      if (!down.delete(event.pointerId) || down.size > 0) return;
      const isTap = isDone && isPan === undefined && start !== undefined && event.timeStamp - start.time < tap_ms_max;
      hands.onRelease(isDone && isPan === true ? speedOf(traces, event.timeStamp) : { x: 0, y: 0 });
      if (isTap) hands.onTap(pointIn(canvas, event), event.pointerType !== 'mouse');
    },
  };
}
