/** What a change would do, in sentences made of the numbers of this moment: said before it is done. */
import { counted, countdown, number as numberIn, type Both, type Language } from '../../words/language.ts';

export type Setting = 'maxActive' | 'sessionSeconds' | 'holdSeconds' | 'graceSeconds' | 'maxSeatsPerFan';

/** The line and the seats of this moment. */
export interface Now {
  readonly waiting: number;
  readonly active: number;
  readonly held: number;
  readonly available: number;
  readonly paused: boolean;
  /** Nobody is let in but to seats that can be had. */
  readonly boundToSupply: boolean;
}

export interface Change {
  readonly setting: Setting;
  readonly from: number;
  readonly to: number;
}

interface Sentences {
  readonly raiseAdmits: (fans: string) => string;
  readonly raiseNobody: (max: string) => string;
  readonly raisePaused: string;
  readonly raiseBound: string;
  readonly lowerDrains: (max: string, inside: string, leave: string) => string;
  readonly lowerRoom: (max: string) => string;
  readonly session: (from: string, to: string, inside: string) => string;
  readonly hold: (from: string, to: string, held: string) => string;
  readonly grace: (to: string) => string;
  readonly limitUp: (to: string) => string;
  readonly limitDown: (to: string) => string;
}

const sentences: Both<Sentences> = {
  ko: {
    raiseAdmits: (fans) => `기다리던 약 ${fans}명이 바로 입장해요.`,
    raiseNobody: (max) => `지금 바로 입장할 사람은 없어요. 앞으로 ${max}명까지 동시에 이용할 수 있어요.`,
    raisePaused: '입장이 멈춰 있어서 지금은 아무도 입장하지 않아요. 입장을 재개하면 적용돼요.',
    raiseBound: '남은 좌석만큼만 입장하게 되어 있어서 지금 더 입장할 사람은 없어요. 좌석이 나오면 적용돼요.',
    lowerDrains: (max, inside, leave) =>
      `이용 중인 ${inside}명은 그대로 있어요. ${leave}명이 나가 ${max}명보다 적어질 때까지 아무도 입장하지 않아요.`,
    lowerRoom: (max) => `나가는 사람은 없어요. 앞으로 ${max}명까지만 동시에 이용할 수 있어요.`,
    session: (from, to, inside) =>
      `지금부터 입장하는 사람의 이용 시간이 바뀌어요(${from} → ${to}). 이미 이용 중인 ${inside}명의 시간은 그대로예요.`,
    hold: (from, to, held) =>
      `지금부터 선점하는 좌석은 ${from} 대신 ${to} 동안 선점돼요. 이미 선점된 ${held}석은 그대로예요.`,
    grace: (to) =>
      `입장할 차례인 사람이 ${to} 동안 응답하지 않으면 다음 사람이 먼저 입장해요. 대기 순서는 한동안 지켜 줘요.`,
    limitUp: (to) => `한 사람이 회차마다 ${to}석까지 선점할 수 있어요.`,
    limitDown: (to) =>
      `지금부터 한 사람이 회차마다 ${to}석까지 선점할 수 있어요. 이미 선점하거나 결제한 좌석은 그대로예요.`,
  },
  en: {
    raiseAdmits: (fans) => `Admits about ${fans} more at once.`,
    raiseNobody: (max) => `Admits nobody right now. From now on up to ${max} can be inside together.`,
    raisePaused: 'Admission is paused, so nobody is admitted now. It applies once admission is resumed.',
    raiseBound: 'The line is bound to the seats, and they let nobody more in now. It applies once there are seats.',
    lowerDrains: (max, inside, leave) =>
      `Nobody is sent away: the ${inside} inside stay. Nobody is admitted until ${leave} have left and fewer than ${max} are inside.`,
    lowerRoom: (max) => `Nobody is sent away. From now on at most ${max} can be inside together.`,
    session: (from, to, inside) =>
      `Whoever is admitted from now on has ${to} instead of ${from}. The ${inside} inside keep the time they have.`,
    hold: (from, to, held) =>
      `Seats held from now on are held for ${to} instead of ${from}. The ${held} held already keep their time.`,
    grace: (to) =>
      `Whoever is about to be admitted and does not answer for ${to} is passed over; their place is kept for a while.`,
    limitUp: (to) => `A fan can hold up to ${counted(to, 'seat')} per performance.`,
    limitDown: (to) =>
      `From now on a fan can hold up to ${counted(to, 'seat')} per performance. Nobody loses seats already held or paid for.`,
  },
};

export function effectOf(language: Language, change: Change, now: Now): string {
  const said = sentences[language];
  const count = (value: number): string => numberIn(language, value);
  const { setting, from, to } = change;
  const [before, after] = [countdown(from), countdown(to)];
  switch (setting) {
    case 'maxActive':
      return effectOfMax(said, change, now, count);
    case 'sessionSeconds':
      return said.session(before, after, count(now.active));
    case 'holdSeconds':
      return said.hold(before, after, count(now.held));
    case 'graceSeconds':
      return said.grace(after);
    default:
      return to > from ? said.limitUp(count(to)) : said.limitDown(count(to));
  }
}

// oxlint-disable-next-line max-params
function effectOfMax(said: Sentences, { from, to }: Change, now: Now, count: (value: number) => string): string {
  const { waiting, active } = now;
  if (to > from) return effectOfMore(said, to, now, count);
  if (active < to || (active === to && waiting === 0)) return said.lowerRoom(count(to));
  return said.lowerDrains(count(to), count(active), count(active - to + 1));
}

// oxlint-disable-next-line max-params
function effectOfMore(said: Sentences, to: number, now: Now, count: (value: number) => string): string {
  if (now.paused) return said.raisePaused;
  const admitted = admittedBy(to, now);
  if (admitted > 0) return said.raiseAdmits(count(admitted));
  return now.waiting > 0 && now.active < to ? said.raiseBound : said.raiseNobody(count(to));
}

/** How many of those who wait fit in, as far as the seats let them; of those inside nobody knows here who holds any. */
export function admittedBy(
  maxActive: number,
  { waiting, active, available, held, boundToSupply }: Omit<Now, 'paused'>,
): number {
  const seats = boundToSupply ? Math.min(available, available + held - active) : Infinity;
  return Math.max(0, Math.min(waiting, maxActive - active, seats));
}
