/**
 * What the fan has chosen in a hall, while the hall changes under their hands: seats that somebody else takes leave
 * the selection at once and say so; holding takes all of them or none.
 */
import { useEffect, useMemo } from 'preact/hooks';
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { follow } from '../client/follow.ts';
import { asProblem, type Problem } from '../client/problem.ts';
import { placeOf, renewPlace, withPlace } from '../place/place.ts';
import { bestTogether } from '../seats/best-together.ts';
import type { Hall, Seat, SeatChange } from '../seats/hall.ts';
import { counted } from '../words/language.ts';
import { begun } from '../words/seat-name.ts';
import { say, seatNames } from '../words/words.ts';
import { createAttempts } from './attempt.ts';
import { concertChanged } from './concerts.ts';
import { askAll, type PerformanceNews, type Polled } from './hall-news.ts';
import { keepSeats, keptSeats } from './kept-seats.ts';
import { ownHold } from './own-hold.ts';
import { go } from './router.ts';

export interface Chosen {
  readonly hall: Hall;
  readonly performanceId: string;
  readonly concertId: string;
  readonly place: string;
}

export interface Selection {
  readonly selected: ReadonlySignal<ReadonlySet<number>>;
  readonly seats: ReadonlySignal<readonly Seat[]>;
  readonly section: ReadonlySignal<string | undefined>;
  /** What just happened, for the ear and for the sheet. */
  readonly told: ReadonlySignal<string>;
  readonly problem: ReadonlySignal<Problem | undefined>;
  readonly busy: ReadonlySignal<boolean>;
  /** The stream is interrupted, so what is shown may be old. */
  readonly isStale: ReadonlySignal<boolean>;
  /** What became of the date since it was opened. */
  readonly news: ReadonlySignal<PerformanceNews | undefined>;
  toggle(seat: number): void;
  open(section: string | undefined): void;
  together(count: number, grade: string | undefined): void;
  hold(): void;
}

const words = {
  ko: {
    full: (count: number) => `한 사람이 ${count}석까지 선택할 수 있어요.`,
    taken: (seats: string) => `${seats} 좌석은 다른 분이 먼저 선점했어요.`,
    gone: (seats: string) => `${seats} 좌석은 이제 예매할 수 없어 선택에서 뺐어요.`,
    held: '다른 분이 선점한 좌석이에요. 다시 나올 수 있어요.',
    sold: '이미 판매된 좌석이에요.',
    found: (seats: string) => `${seats} 좌석을 선택했어요.`,
    none: (count: number) => `나란히 붙은 ${count}석은 지금 없어요. 좌석 수를 줄이거나 다른 등급을 선택해 보세요.`,
  },
  en: {
    full: (count: number) => `One person can choose up to ${counted(count, 'seat')}.`,
    taken: (seats: string) => `Somebody else has just taken ${seats}.`,
    gone: (seats: string) => `No longer available, so no longer chosen: ${seats}.`,
    held: 'Somebody else is holding this seat. It may come back.',
    sold: 'This seat is sold.',
    found: (seats: string) => `${begun(seats)} chosen.`,
    none: (count: number) => `There are no ${count} seats left side by side. Try fewer seats or another grade.`,
  },
};

/** Drawn among so many of the best; among many more once somebody was faster. */
const among_first = 4;
const among_later = 40;

export function useSelection(chosen: Chosen): Selection {
  const selection = useMemo(() => createSelection(chosen), [chosen.hall]);
  useEffect(() => selection.follow(), [selection]);
  return selection;
}

/** What is chosen and what is said about it. */
function createState({ hall, performanceId }: Chosen, kept: readonly number[]) {
  const selected = signal<ReadonlySet<number>>(new Set(kept));
  return {
    selected,
    section: signal<string | undefined>(hall.sections.length === 1 ? hall.sections[0]?.name : undefined),
    told: signal(''),
    problem: signal<Problem | undefined>(undefined),
    busy: signal(false),
    isStale: signal(false),
    news: signal<PerformanceNews | undefined>(undefined),
    /** Seats of a hold that nobody answered: whether they are ours is not known. */
    doubt: signal<readonly number[] | undefined>(undefined),
    among: signal(among_first),
    attempts: createAttempts(performanceId),
    seats: computed(() =>
      [...selected.value].toSorted((one, other) => one - other).flatMap((number) => hall.seat(number) ?? []),
    ),
    namesOf: (numbers: readonly number[]) => seatNames(numbers.flatMap((number) => hall.seat(number) ?? [])),
  };
}

type State = ReturnType<typeof createState>;

function createSelection(chosen: Chosen): Selection & { follow(): () => void } {
  const { hall } = chosen;
  // Kept over a reload; what somebody took meanwhile is gone, and that is said.
  const kept = keptSeats(chosen.performanceId).filter((seat) => hall.seat(seat) !== undefined);
  const still = kept.filter((seat) => hall.statusOf(seat) === 'AVAILABLE').slice(0, hall.maxSeats);
  const gone = kept.filter((seat) => !still.includes(seat));
  const state = createState(chosen, still);

  /** Seats that are not free any more leave the selection. */
  const dropTaken = (changed: readonly number[]): void => {
    const { selected, told, busy, among, doubt } = state;
    const lost = changed.filter((number) => selected.peek().has(number) && hall.statusOf(number) !== 'AVAILABLE');
    // While our own hold is under way, or was and nobody said what became of it, the change may well be ours.
    if (lost.length === 0 || busy.peek() || doubt.peek() !== undefined) return;
    selected.value = new Set([...selected.peek()].filter((number) => !lost.includes(number)));
    told.value = say(words).taken(state.namesOf(lost));
    among.value = among_later;
  };

  return {
    ...state,
    toggle: (seat) => toggle(hall, state, seat),
    open: (name) => {
      state.section.value = name;
    },
    together: (count, grade) => chooseTogether(hall, state, { count, grade }),
    hold: () => {
      hold(chosen, state, dropTaken).catch(() => undefined);
    },
    follow: () => {
      if (gone.length > 0) state.told.value = say(words).gone(state.namesOf(gone.splice(0)));
      const keeping = effect(() => keepSeats(chosen.performanceId, state.selected.value));
      const following = followHall(chosen, state, dropTaken);
      return () => {
        keeping();
        following();
      };
    },
  };
}

function toggle(hall: Hall, { selected, told, problem, busy }: State, seat: number): void {
  if (busy.peek()) return;
  const said = say(words);
  const next = new Set(selected.peek());
  const status = hall.statusOf(seat);
  problem.value = undefined;
  told.value = '';
  if (next.delete(seat)) selected.value = next;
  else if (status !== 'AVAILABLE') told.value = status === 'HELD' ? said.held : said.sold;
  else if (next.size >= hall.maxSeats) told.value = said.full(hall.maxSeats);
  else selected.value = next.add(seat);
}

function chooseTogether(
  hall: Hall,
  state: State,
  { count, grade }: { count: number; grade: string | undefined },
): void {
  state.problem.value = undefined;
  const numbers = bestTogether(hall.sections, hall.statuses, { count, grade, among: state.among.peek() });
  if (numbers === undefined) {
    state.told.value = say(words).none(count);
    return;
  }
  state.selected.value = new Set(numbers);
  state.section.value = hall.seat(numbers[0] ?? 0)?.section;
  state.told.value = say(words).found(state.namesOf(numbers));
}

type DropTaken = (changed: readonly number[]) => void;

async function hold(
  { hall, performanceId, concertId, place }: Chosen,
  state: State,
  dropTaken: DropTaken,
): Promise<void> {
  const { selected, busy, problem, doubt, attempts } = state;
  if (busy.peek() || selected.peek().size === 0) return;
  const seatNumbers = [...selected.peek()].toSorted((one, other) => one - other);
  busy.value = true;
  problem.value = undefined;
  try {
    const { id } = await withPlace(concertId, place, (current) => attempts.hold(seatNumbers, current));
    // Still busy until the next page is there: the news that these seats are held is news of ourselves.
    leaveFor(performanceId, state, id);
  } catch (error) {
    const found = asProblem(error);
    const mayBeOurs = found.code === 'UNREACHABLE' || found.code === 'SEAT_UNAVAILABLE';
    const own = mayBeOurs ? await becameOf(performanceId, seatNumbers, state) : undefined;
    if (own !== undefined && own !== 'unknown') {
      leaveFor(performanceId, state, own);
      return;
    }
    doubt.value = own === 'unknown' ? seatNumbers : undefined;
    busy.value = false;
    problem.value = found;
    const seats = found.code === 'SEAT_UNAVAILABLE' ? (found.fields['seats'] as SeatChange[]) : [];
    hall.apply(seats);
    dropTaken(seats.map(({ number }) => number));
  }
}

/** What became of a hold of these seats: the reservation, if it stands; undefined if it does not. */
async function becameOf(performanceId: string, seatNumbers: readonly number[], { attempts }: State) {
  const own = await ownHold(performanceId, seatNumbers).catch(() => 'unknown' as const);
  if (own === undefined) attempts.forget();
  return own;
}

/** What is held is chosen no more: whoever comes back begins anew, even before the next page was there. */
function leaveFor(performanceId: string, { selected, busy }: State, reservation: string): void {
  const beginAnew = (): void => {
    selected.value = new Set();
    busy.value = false;
  };
  addEventListener('popstate', beginAnew, { once: true });
  keepSeats(performanceId, []);
  go(`/reservations/${reservation}`);
}

/** As soon as somebody can be asked again: what became of a hold that nobody answered. */
async function settle({ performanceId }: Chosen, state: State, dropTaken: DropTaken): Promise<void> {
  const { doubt, busy, problem, selected } = state;
  const seatNumbers = doubt.peek();
  if (seatNumbers === undefined || busy.peek()) return;
  busy.value = true;
  const own = await becameOf(performanceId, seatNumbers, state);
  if (own !== undefined && own !== 'unknown') {
    leaveFor(performanceId, state, own);
    return;
  }
  busy.value = false;
  if (own === 'unknown') return;
  doubt.value = undefined;
  problem.value = undefined;
  dropTaken([...selected.peek()]);
}

/** Of a date that was called off nothing is chosen any more, and what was held is held no longer. */
function changed(
  { concertId, performanceId }: Chosen,
  { news, selected, told, problem }: State,
  now: PerformanceNews,
): void {
  concertChanged(concertId);
  news.value = now;
  if (now.status !== 'CANCELLED') return;
  selected.value = new Set();
  keepSeats(performanceId, []);
  told.value = '';
  problem.value = undefined;
}

function followHall(chosen: Chosen, state: State, dropTaken: DropTaken): () => void {
  const { hall, performanceId, concertId } = chosen;
  const place = placeOf(concertId) ?? chosen.place;
  const { isStale, problem, doubt } = state;
  return follow({
    stream: 'streamSeats',
    performanceId,
    place,
    isPartial: true,
    onData: (data) => {
      if (Array.isArray(data)) dropTaken(hall.apply(data as SeatChange[]));
      else changed(chosen, state, data as PerformanceNews);
      void settle(chosen, state, dropTaken);
    },
    renew: () => renewPlace(concertId, place),
    poll: async (current) => ({
      data: await askAll(chosen, current),
      againSeconds: document.visibilityState === 'visible' ? poll_seconds : poll_seconds_hidden,
    }),
    onPolled: (data) => {
      const { isCalledOff, ...all } = data as Polled;
      dropTaken(hall.refresh(all));
      if (isCalledOff === true)
        changed(chosen, state, { id: performanceId, status: 'CANCELLED', startsAt: all.startsAt });
    },
    onConnection: (connection) => {
      isStale.value = connection === 'lost';
      if (isStale.value) return;
      void settle(chosen, state, dropTaken);
      // What a hold was told while the line was down is no longer so; the seats are still chosen, and may be asked for.
      if (doubt.peek() === undefined && problem.peek()?.code === 'UNREACHABLE') problem.value = undefined;
    },
    onRefused: (refusal) => {
      problem.value = refusal;
    },
  });
}

const poll_seconds = 3;
/** Whoever comes back asks at once. */
const poll_seconds_hidden = 15;
