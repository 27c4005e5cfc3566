/**
 * What a server has to tell the others, on one way for all its lanes: at once when nothing is on its way, else with the
 * next. Many messages share a notification. What cannot be told is dropped, and that it was is told as soon as may be.
 */

export interface Teller {
  /** Neither waits nor throws. In the order in which it is called. */
  tell(message: string): void;
  /** Something was lost: the others are told to look for themselves. */
  lose(): void;
  /** Tries again to say so, if that failed. */
  retry(): void;
  /** Resolves when nothing is on its way. */
  drain(): Promise<void>;
}

export interface Telling {
  /** Before all that are told together, in each notification. */
  readonly envelope: string;
  /** The notification that says that something was lost. */
  readonly lost: string;
  /** Sends these notifications, all or none. */
  say(notifications: readonly string[]): Promise<void>;
}

/** PostgreSQL refuses 8,000 bytes. */
const notification_bytes_max = 7_999;
/** What waits while the database does not answer. The others find out by themselves within a second. */
const waiting_bytes_max = 1_000_000;

export function createTeller({ envelope, lost, say }: Telling): Teller {
  let waiting: string[] = [];
  let bytes = 0;
  let isLost = false;
  let telling: Promise<void> | undefined;

  const drop = (): void => {
    [waiting, bytes, isLost] = [[], 0, true];
  };
  const run = async (): Promise<void> => {
    // What is told in the same breath goes together, so that nobody else's comes between the parts of one change.
    await Promise.resolve();
    while (waiting.length > 0 || isLost) {
      const notifications = [...(isLost ? [lost] : []), ...pack(envelope, waiting)];
      [waiting, bytes, isLost] = [[], 0, false];
      try {
        await say(notifications);
      } catch {
        drop();
        return;
      }
    }
  };
  const start = (): void => {
    telling ??= run().finally(() => {
      telling = undefined;
      // Told between the last look and now.
      if (waiting.length > 0) start();
    });
  };
  const drain = async (): Promise<void> => {
    if (telling === undefined) return;
    await telling;
    await drain();
  };
  return {
    tell: (message) => {
      const length = Buffer.byteLength(message);
      if (length + envelope.length + 2 > notification_bytes_max || bytes + length > waiting_bytes_max) drop();
      else {
        waiting.push(message);
        bytes += length;
      }
      start();
    },
    lose: () => {
      isLost = true;
      start();
    },
    retry: () => {
      if (isLost) start();
    },
    drain,
  };
}

/** `envelope[message,message]`, as few as hold them all, in order. */
function pack(envelope: string, messages: readonly string[]): string[] {
  const packed: string[][] = [];
  let room = 0;
  for (const message of messages) {
    const length = Buffer.byteLength(message) + 1;
    const last = packed.at(-1);
    if (last !== undefined && length <= room) {
      last.push(message);
      room -= length;
    } else {
      packed.push([message]);
      room = notification_bytes_max - envelope.length - 1 - length;
    }
  }
  return packed.map((some) => `${envelope}[${some.join(',')}]`);
}
