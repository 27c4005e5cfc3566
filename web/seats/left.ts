/** What is left of a hall: what is held is not sold, and may come back. */
import { say } from '../words/words.ts';
import { seat_statuses, type Hall } from './hall.ts';
import type { Section } from './section.ts';

const words = {
  ko: {
    held: '지금 남은 좌석은 없지만, 선점된 좌석이 다시 나올 수 있어요.',
    sold: '모든 좌석이 팔렸어요. 결제가 취소되면 여기에 다시 나타나요.',
  },
  en: {
    held: 'No seats left right now, but held seats may come back.',
    sold: 'Every seat is sold. If a ticket is cancelled, it shows here.',
  },
};

/** Seats of a section that somebody holds. */
export function heldIn({ statuses }: Hall, { firstNumber, rows, seatsPerRow }: Section): number {
  let held = 0;
  const start = firstNumber - 1;
  for (let index = start; index < start + rows * seatsPerRow; index++) {
    if (seat_statuses[statuses[index] ?? 2] === 'HELD') held++;
  }
  return held;
}

/** Said where there is no seat to choose; undefined while there is one. Read it inside a component: it follows the hall. */
export function noneLeft(hall: Hall): string | undefined {
  void hall.revision.value;
  if (hall.sections.some((section) => hall.available(section) > 0)) return undefined;
  const said = say(words);
  return hall.sections.some((section) => heldIn(hall, section) > 0) ? said.held : said.sold;
}
