/** Why paid seats were given back, as it is called on every page of the console and in every file. */
import type { Both } from './language.ts';

export type CancellationReason = 'fan' | 'organiser' | 'postponed' | 'force_majeure' | 'illness' | 'called_off';

export const reasonWords: Both<Readonly<Record<CancellationReason, string>>> = {
  ko: {
    fan: '예매자 요청',
    organiser: '주최 측 사정',
    postponed: '일정 변경',
    force_majeure: '천재지변',
    illness: '질병',
    called_off: '공연 취소',
  },
  en: {
    fan: 'At the fan’s request',
    organiser: 'Organiser’s reasons',
    postponed: 'Date moved',
    force_majeure: 'Force majeure',
    illness: 'Illness',
    called_off: 'Date called off',
  },
};
