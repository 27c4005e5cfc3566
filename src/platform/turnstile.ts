/**
 * Requests are taken up a few at a time, from each group in rotation. The event loop hands over every socket that is
 * readable before it looks at anything else, the database's answers included: without this, whoever asks while hundreds
 * of others have just asked waits for all of them, and a crowd at one concert slows down every other, and its own payments.
 */

export interface Turnstile<T> {
  /**
   * Serves at once if this iteration of the event loop has room, else when the group is next in the rotation. Whoever
   * finds no room to wait, or has waited too long, is refused instead.
   */
  enter(standing: Standing, one: T): void;
  /** A connection was accepted: there may be more, and one iteration of the event loop accepts one. */
  connected(): void;
  /** How many wait. */
  readonly waiting: number;
}

/** Whom a request waits with. Groups are served in rotation; in each its members are, who together are one group. */
export interface Standing {
  readonly group: string;
  readonly member?: string;
}

export interface TurnstileOptions<T> {
  readonly serve: (one: T) => void;
  readonly refuse: (one: T) => void;
  /** Served in one iteration, at most. */
  readonly perIteration?: number;
  /** Waiting in all groups, at most. */
  readonly waitingMax?: number;
  /** A clock in ms, which only tests give. */
  readonly now?: () => number;
}

/** Most requests take 20 to 60 µs until they are answered or wait for the database: sixteen are through in a millisecond. */
const served_per_iteration = 16;
/** Others take several ms. When those served in an iteration have taken this long, the rest waits for the next one. */
const iteration_ms = 1;
/**
 * libuv accepts one connection in an iteration of the event loop. As long as they come, iterations are short: else a
 * thousand fans who arrive together would need a second to get through the door, and longer than the kernel keeps them
 * before it. Where several were accepted in one iteration, it may be as much longer.
 */
const served_per_connection = 2;
/** About 3 KB each. A second of work, when the processor is the limit: whoever comes later is better off elsewhere. */
const waiting_max = 32_768;
/** As everywhere in this service: who has waited so long is told so. */
const waiting_ms_max = 5_000;

interface Waiting<T> {
  readonly one: T;
  readonly since: number;
  behind: Waiting<T> | undefined;
}

interface Queue<T> {
  first: Waiting<T>;
  last: Waiting<T>;
  size: number;
}

interface Group<T> {
  readonly members: Map<string, Queue<T>>;
  size: number;
}

export function createTurnstile<T>(options: TurnstileOptions<T>): Turnstile<T> {
  const { serve, refuse, perIteration = served_per_iteration, waitingMax = waiting_max } = options;
  const now = options.now ?? (() => performance.now());
  const groups = createGroups<T>(waitingMax);
  let room = perIteration;
  let roomMs = iteration_ms;
  let isScheduled = false;
  let accepted = 0;

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(iterate);
  };
  const hasRoom = (): boolean => room > 0 && roomMs > 0;
  /** When the clock was looked at last. */
  let at = now();
  /** How long a request takes is not assumed but looked at, after each; what one ends at is what the next begins at. */
  const take = (one: T, since: number): void => {
    const startedAt = at;
    room -= 1;
    if (startedAt - since > waiting_ms_max) refuse(one);
    else serve(one);
    at = now();
    roomMs -= at - startedAt;
  };
  const iterate = (): void => {
    isScheduled = false;
    room = accepted === 0 ? perIteration : Math.min(perIteration, accepted * served_per_connection);
    roomMs = iteration_ms;
    accepted = 0;
    if (groups.waiting > 0) schedule();
    at = now();
    groups.rotate(hasRoom, ({ one, since }) => take(one, since));
  };

  return {
    enter: (standing, one) => {
      schedule();
      if (hasRoom() && groups.waiting === 0) {
        at = now();
        take(one, at);
      } else if (!groups.add(standing, { one, since: at, behind: undefined })) refuse(one);
    },
    connected: () => {
      accepted += 1;
    },
    get waiting() {
      return groups.waiting;
    },
  };
}

/** Those who wait, in groups that are served in rotation, the members of each in a rotation of their own. */
function createGroups<T>(waitingMax: number) {
  /** In the order in which they are served; none is empty, nor are their members. */
  const groups = new Map<string, Group<T>>();
  let waiting = 0;
  return {
    get waiting() {
      return waiting;
    },
    /**
     * False if there is no room: a group may have as many as there is room for besides, and so may a member of it, so that
     * the others find some.
     */
    add: ({ group: name, member = '' }: Standing, last: Waiting<T>): boolean => {
      const group = groups.get(name) ?? { members: new Map<string, Queue<T>>(), size: 0 };
      const ownSize = member === '' ? 0 : (group.members.get(member)?.size ?? 0);
      if (waiting + group.size + ownSize >= waitingMax) return false;
      waiting += 1;
      addLast(group, member, last);
      if (group.size === 1) groups.set(name, group);
      return true;
    },
    /** Takes one of each group after the other for as long as there is room. */
    rotate: (hasRoom: () => boolean, take: (one: Waiting<T>) => void): void => {
      for (const [name, group] of groups) {
        if (!hasRoom()) return;
        // To the end of the rotation, where this loop meets it again.
        groups.delete(name);
        const first = takeFirst(group);
        if (group.size > 0) groups.set(name, group);
        waiting -= 1;
        if (first !== undefined) take(first);
      }
    },
  };
}

function addLast<T>(group: Group<T>, member: string, last: Waiting<T>): void {
  group.size += 1;
  const queue = group.members.get(member);
  if (queue === undefined) {
    group.members.set(member, { first: last, last, size: 1 });
    return;
  }
  queue.last.behind = last;
  queue.last = last;
  queue.size += 1;
}

/** The first of the member whose place in the rotation it is; the member goes to the end. */
function takeFirst<T>(group: Group<T>): Waiting<T> | undefined {
  for (const [member, queue] of group.members) {
    const { first } = queue;
    const { behind } = first;
    group.size -= 1;
    group.members.delete(member);
    if (behind !== undefined) {
      // A dead link that has got old would keep all behind it from being collected while young, however short it waits.
      first.behind = undefined;
      queue.first = behind;
      queue.size -= 1;
      group.members.set(member, queue);
    }
    return first;
  }
  return undefined;
}
