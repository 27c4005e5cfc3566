/** What a change would do, in sentences made of the numbers of this moment: said before it is done. */
import { counted, countdown, number as numberIn, type Both, type Language } from '../../words/language.ts';

export type Setting = 'maxActive' | 'sessionSeconds' | 'holdSeconds' | 'graceSeconds' | 'maxSeatsPerFan';

/** The line and the seats of this moment. */
export interface Now {
  readonly waiting: number;
  readonly active: number;
  readonly held: number;
  readonly paused: boolean;
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
    raiseAdmits: (fans) => `기다리던 약 ${fans}명이 바로 들어와요.`,
    raiseNobody: (max) => `지금 바로 들어올 사람은 없어요. 앞으로 ${max}명까지 함께 들어와 있을 수 있어요.`,
    raisePaused: '입장이 멈춰 있어서 지금은 아무도 들어오지 않아요. 다시 열면 적용돼요.',
    lowerDrains: (max, inside, leave) =>
      `안에 있는 ${inside}명은 그대로 있어요. ${leave}명이 나가 ${max}명보다 적어질 때까지 아무도 들어오지 않아요.`,
    lowerRoom: (max) => `나가는 사람은 없어요. 앞으로 ${max}명까지만 함께 들어와 있을 수 있어요.`,
    session: (from, to, inside) =>
      `지금부터 들어오는 사람의 이용 시간이 ${from}에서 ${to}로 바뀌어요. 이미 안에 있는 ${inside}명의 시간은 그대로예요.`,
    hold: (from, to, held) =>
      `지금부터 잡는 좌석은 ${from} 대신 ${to} 동안 잡혀 있어요. 이미 잡힌 ${held}석은 그대로예요.`,
    grace: (to) => `곧 들어올 사람이 ${to} 동안 소식이 없으면 다음 사람이 먼저 들어와요. 자리는 한동안 지켜 둬요.`,
    limitUp: (to) => `한 사람이 한 회차에서 ${to}석까지 잡을 수 있어요.`,
    limitDown: (to) => `지금부터는 한 회차에 ${to}석까지예요. 이미 잡거나 산 좌석은 빼앗지 않아요.`,
  },
  en: {
    raiseAdmits: (fans) => `Admits about ${fans} more at once.`,
    raiseNobody: (max) => `Admits nobody right now. From now on up to ${max} can be inside together.`,
    raisePaused: 'Admission is paused, so nobody is admitted now. It counts when the sale is resumed.',
    lowerDrains: (max, inside, leave) =>
      `Nobody is sent away: the ${inside} inside stay. Nobody is admitted until ${leave} have left and fewer than ${max} are inside.`,
    lowerRoom: (max) => `Nobody is sent away. From now on at most ${max} can be inside together.`,
    session: (from, to, inside) =>
      `Whoever is admitted from now on has ${to} instead of ${from}. The ${inside} inside keep the time they have.`,
    hold: (from, to, held) =>
      `Seats held from now on are held for ${to} instead of ${from}. The ${held} held already keep their time.`,
    grace: (to) =>
      `Whoever is about to be admitted and gives no sign for ${to} is passed over by the next; the place is kept for a while.`,
    limitUp: (to) => `A fan can hold up to ${counted(to, 'seat')} of a date.`,
    limitDown: (to) =>
      `A fan can hold up to ${counted(to, 'seat')} of a date from now on. Nobody loses seats held or bought.`,
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
  const { waiting, active, paused } = now;
  if (to > from && paused) return said.raisePaused;
  if (to > from) {
    const admitted = admittedBy(to, now);
    return admitted > 0 ? said.raiseAdmits(count(admitted)) : said.raiseNobody(count(to));
  }
  if (active < to || (active === to && waiting === 0)) return said.lowerRoom(count(to));
  return said.lowerDrains(count(to), count(active), count(active - to + 1));
}

/** How many of those who wait fit in. */
export function admittedBy(maxActive: number, { waiting, active }: Now): number {
  return Math.max(0, Math.min(waiting, maxActive - active));
}
