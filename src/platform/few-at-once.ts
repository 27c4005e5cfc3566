/** For work that asks the database with no lane in between: a few pieces at once, the others in a line that is bounded. */
import { answer_ms_max, OverloadedError } from './overloaded.ts';

export interface FewAtOnce {
  /**
   * Runs `work` when there is room for it. Rejects with `OverloadedError`: at once if too many wait already, and after
   * 5 s. Who waited until then is never begun; what was begun keeps its place until it ends, though nobody waits for it
   * unless it `endsByItself`.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** How many are at work. */
  readonly underWay: number;
}

export interface FewAtOnceLimits {
  /** What is overloaded when it is. */
  readonly name: string;
  readonly atOnce: number;
  readonly waitingMax: number;
  /** The work has a time limit of its own, which may be longer: once it was begun, it is waited for until it ends. */
  readonly endsByItself?: boolean;
}

export function createFewAtOnce({ name, atOnce, waitingMax, endsByItself = false }: FewAtOnceLimits): FewAtOnce {
  const line = new Set<() => void>();
  let underWay = 0;
  const leave = (): void => {
    const [next] = line;
    if (next === undefined) {
      underWay -= 1;
      return;
    }
    // Whoever leaves hands the place over, so `underWay` stays as it is.
    line.delete(next);
    next();
  };
  return {
    run: <T>(work: () => Promise<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        if (underWay >= atOnce && line.size >= waitingMax) {
          reject(new OverloadedError(name));
          return;
        }
        const begin = async (): Promise<void> => {
          if (endsByItself) clearTimeout(late);
          try {
            resolve(await work());
          } catch (error) {
            reject(error);
          } finally {
            clearTimeout(late);
            leave();
          }
        };
        const enter = (): void => void begin();
        const late = setTimeout(() => {
          line.delete(enter);
          reject(new OverloadedError(name));
        }, answer_ms_max);
        if (underWay < atOnce) {
          underWay += 1;
          enter();
        } else {
          line.add(enter);
        }
      }),
    get underWay() {
      return underWay;
    },
  };
}
