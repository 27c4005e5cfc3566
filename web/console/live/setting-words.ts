/** What the settings are called, wherever they are named. */
import type { Both } from '../../words/language.ts';

export const settingWords: Both<Readonly<Record<string, string>>> = {
  ko: {
    maxActive: '동시 입장 인원',
    sessionSeconds: '이용 시간',
    holdSeconds: '좌석 선점 시간',
    graceSeconds: '무응답 허용 시간',
    maxSeatsPerFan: '1인 최대 좌석',
    boundToSupply: '남은 좌석만큼만 입장',
    refundPolicy: '환불 규정',
    timeZone: '환불 규정의 시간대',
    paused: '입장',
    title: '제목',
    artist: '아티스트',
    venue: '장소',
    performances: '회차',
  },
  en: {
    maxActive: 'People inside at once',
    sessionSeconds: 'Time inside',
    holdSeconds: 'Hold time',
    graceSeconds: 'Silence allowed',
    maxSeatsPerFan: 'Seats per fan',
    boundToSupply: 'Bound to the seats',
    refundPolicy: 'Refund policy',
    timeZone: 'Time zone of the policy',
    paused: 'Admission',
    title: 'Title',
    artist: 'Artist',
    venue: 'Venue',
    performances: 'Performances',
  },
};
