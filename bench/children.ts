/** Load processes: told what to do by messages, one answer each; they end when we hang up. */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

const stop_seconds_max = 30;
const children = new Set<ChildProcess>();
process.on('exit', endChildren);

/** At once, whatever they are doing. */
export function endChildren(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Ends with us, whatever happens. */
export function watched<C extends ChildProcess>(child: C): C {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** The next message of a child; rejects if it ends instead. */
export function heard<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error(`${child.spawnfile} ${child.spawnargs.at(-1) ?? ''} ended`));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message as T);
    });
  });
}

export async function ended(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  ask();
  const late = setTimeout(() => child.kill('SIGKILL'), stop_seconds_max * 1_000);
  await over;
  clearTimeout(late);
}

export interface Helper<Order, Reply> extends AsyncDisposable {
  /** One order at a time. */
  ask(order: Order): Promise<Reply>;
}

/** A process of a file of this folder that answers each order with one message. */
export function startHelper<Order extends object, Reply>(file: string): Helper<Order, Reply> {
  const child = watched(fork(path.join(import.meta.dirname, file)));
  return {
    ask: (order) => {
      child.send(order);
      return heard<Reply>(child);
    },
    [Symbol.asyncDispose]: () => ended(child, () => child.connected && child.disconnect()),
  };
}

/** In the process itself: answers every order by what `work` makes of it, until the parent hangs up. */
export function serveOrders(work: (order: never) => Promise<unknown>): void {
  process.on('message', (order: unknown) => {
    work(order as never)
      .then((reply) => process.send?.(reply))
      .catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        process.exitCode = 1;
        process.disconnect();
      });
  });
  // A terminal's Ctrl-C goes to the whole group; the parent ends us by hanging up.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit());
}
