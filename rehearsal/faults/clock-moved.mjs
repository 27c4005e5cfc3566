/** Preloaded into a server whose clock is wrong: `MOVE_CLOCK_SECONDS` later (or earlier) than everybody else's. */
const shift = Number(process.env['MOVE_CLOCK_SECONDS']) * 1_000;
const Real = Date;

class Moved extends Real {
  /** @param {any[]} given */
  constructor(...given) {
    // @ts-expect-error Date takes its arguments in several shapes.
    super(...(given.length === 0 ? [Real.now() + shift] : given));
  }
  /** @override */
  static now() {
    return Real.now() + shift;
  }
}

globalThis.Date = /** @type {DateConstructor} */ (/** @type {unknown} */ (Moved));
