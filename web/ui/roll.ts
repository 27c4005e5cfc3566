/** Numbers on their way from one value to the next, for pages with and without components. */

const roll_ms = 240;

/** Shows whole numbers from `from` to `to`; at once where motion is not wanted. The returned function stops it. */
export function roll(from: number, to: number, show: (value: number) => void): () => void {
  if (from === to || document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) {
    show(to);
    return () => undefined;
  }
  let frame = 0;
  const startedAt = performance.now();
  const step = (now: number): void => {
    const share = Math.min(1, Math.max(0, (now - startedAt) / roll_ms));
    const eased = 1 - (1 - share) ** 3;
    show(Math.round(from + (to - from) * eased));
    if (share < 1) frame = requestAnimationFrame(step);
  };
  frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}
