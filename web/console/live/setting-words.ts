/** What the settings are called, wherever they are named. */
import type { Both } from '../../words/language.ts';

export const settingWords: Both<Readonly<Record<string, string>>> = {
  ko: {
    maxActive: '동시 입장 정원',
    sessionSeconds: '이용 시간',
    holdSeconds: '좌석 선점 시간',
    graceSeconds: '무응답 허용 시간',
    maxSeatsPerFan: '한 사람당 좌석',
    paused: '입장',
    title: '제목',
    artist: '출연',
    venue: '장소',
    performances: '회차',
  },
  en: {
    maxActive: 'Maximum inside',
    sessionSeconds: 'Time inside',
    holdSeconds: 'Time of a seat hold',
    graceSeconds: 'Silence allowed',
    maxSeatsPerFan: 'Seats per fan',
    paused: 'Admission',
    title: 'Title',
    artist: 'Artist',
    venue: 'Venue',
    performances: 'Dates',
  },
};
