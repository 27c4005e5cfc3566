/**
 * Threads for scrypt, made when they are first needed. Not Node's own pool: that has the priority of everything else, and
 * a storm of sign-ups took a third of their answers from fans who poll. Behind them it takes what is left over.
 */
import type { ScryptOptions } from 'node:crypto';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

export interface Derivation {
  readonly id: number;
  readonly password: string;
  readonly salt: string;
  readonly keyBytes: number;
  readonly cost: ScryptOptions;
}

export interface Derived {
  readonly id: number;
  readonly key: Uint8Array;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, PromiseWithResolvers<Buffer>>;
}

/** Derives keys in at most so many threads. Who comes while all are busy waits: `password-queues.ts` bounds how many do. */
export function createHashers(threadsMax: number): (order: Omit<Derivation, 'id'>) => Promise<Buffer> {
  const threads = new Set<Thread>();
  let orders = 0;

  const start = (): Thread => {
    const worker = new Worker(path.join(import.meta.dirname, 'hasher.ts'));
    const thread: Thread = { worker, waiting: new Map() };
    threads.add(thread);
    worker.on('message', ({ id, key }: Derived) => {
      thread.waiting.get(id)?.resolve(Buffer.from(key));
      thread.waiting.delete(id);
      // Nothing to do is no reason for the process to stay.
      if (thread.waiting.size === 0) worker.unref();
    });
    // A thread that ends takes those who waited for it along; the next password gets a new one.
    const lost = (error: unknown): void => {
      threads.delete(thread);
      for (const { reject } of thread.waiting.values()) reject(error);
      thread.waiting.clear();
    };
    worker.on('error', lost);
    worker.on('exit', () => lost(new Error('a thread that hashes passwords has ended')));
    return thread;
  };
  const leastBusy = (): Thread => {
    const [first] = [...threads].toSorted((one, other) => one.waiting.size - other.waiting.size);
    return first === undefined || (first.waiting.size > 0 && threads.size < threadsMax) ? start() : first;
  };

  return (order) => {
    const { worker, waiting } = leastBusy();
    const id = orders++;
    const answer = Promise.withResolvers<Buffer>();
    waiting.set(id, answer);
    worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage({ ...order, id } satisfies Derivation);
    return answer.promise;
  };
}
