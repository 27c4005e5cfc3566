/** What the waiting room says. Read by the server for the first paint and by the page from then on. */
import { counted, unbroken, type Both } from '../words/language.ts';

export interface WaitWords {
  readonly title: string;
  readonly yours: string;
  readonly ahead: (count: string) => string;
  readonly next: string;
  readonly unknown: string;
  readonly soon: string;
  readonly range: (from: number, to: number) => string;
  readonly hours: (from: number, to: number) => string;
  readonly paused: string;
  readonly pausedKept: string;
  readonly goesOn: string;
  readonly progress: string;
  readonly seats: string;
  readonly grade: string;
  readonly available: string;
  readonly held: string;
  readonly sold: string;
  readonly heldHint: string;
  readonly allHeld: string;
  readonly soldOut: string;
  readonly outTitle: string;
  readonly outTurn: string;
  readonly others: string;
  readonly standby: string;
  readonly standbyText: string;
  readonly standbyKeep: string;
  readonly standbyJoin: string;
  readonly standbyButton: string;
  readonly supply: (available: string, held: string, sold: string) => string;
  readonly offTitle: string;
  readonly offWhy: (reason: string) => string;
  readonly offText: string;
  readonly speed: string;
  readonly perMinute: (count: string) => string;
  readonly speedUnknown: string;
  readonly waiting: (count: string) => string;
  readonly kept: string;
  readonly keptText: string;
  readonly keptNear: string;
  readonly sound: string;
  readonly soundOn: string;
  readonly leave: string;
  readonly leaveAsk: string;
  readonly leaveText: string;
  readonly leaveYes: string;
  readonly leaveNo: string;
  readonly turn: string;
  readonly turnText: string;
  readonly turnLeft: string;
  readonly enter: string;
  readonly turnTitle: string;
  readonly join: string;
  readonly joinText: string;
  readonly joinButton: string;
  readonly again: string;
  readonly needsScript: string;
  readonly refreshes: string;
  readonly lost: string;
  readonly lostTurn: string;
  readonly regained: string;
  readonly polling: string;
  readonly home: string;
  readonly concert: string;
  readonly my: string;
  readonly ended: Readonly<
    Record<'PAID' | 'SESSION_ENDED' | 'LEFT' | 'ABSENT', readonly [title: string, text: string]>
  >;
  readonly other: string;
}

/** A line ends between two of them only. */
const parts = (...all: readonly string[]): string => all.map(unbroken).join(' · ');

export const waitWords: Both<WaitWords> = {
  ko: {
    title: '대기실',
    yours: '나의 대기 순서',
    ahead: (count) => `앞에 ${count}명`,
    next: '바로 다음이 내 차례예요',
    unknown: '얼마나 걸릴지 아직 알 수 없어요',
    soon: '1분 안에 차례가 와요',
    range: (from, to) => (from === to ? `약 ${from}분 남았어요` : `약 ${from}–${to}분 남았어요`),
    hours: (from, to) => (from === to ? `약 ${from}시간 남았어요` : `약 ${from}–${to}시간 남았어요`),
    paused: '입장이 잠시 멈춰 있어요',
    pausedKept: '모두의 대기 순서는 그대로예요. 재개되면 이어서 입장해요.',
    goesOn: '입장이 재개됐어요',
    progress: '내가 앞으로 온 만큼',
    seats: '남은 좌석',
    grade: '등급',
    available: '남음',
    held: '선점',
    sold: '판매',
    heldHint: '선점된 좌석은 다시 나올 수 있어요.',
    allHeld: '지금 남은 좌석은 없지만, 선점된 좌석이 다시 나올 수 있어요.',
    soldOut: '모든 좌석이 팔렸어요. 결제가 취소되면 여기에 다시 나타나요.',
    outTitle: '매진됐어요',
    outTurn: '차례가 왔지만 선택할 수 있는 좌석이 없어요.',
    others: '다른 공연 보기',
    standby: '취소표를 기다리고 있어요',
    standbyText: '좌석이 다시 나오면 대기 순서대로 바로 입장해요. 선택할 좌석이 없는데 입장하는 일은 없어요.',
    standbyKeep: '화면을 열어 두어도, 닫았다가 다시 와도 돼요. 취소표가 나온다는 보장은 없어요.',
    standbyJoin: '취소표를 기다릴 수 있어요',
    standbyButton: '취소표 대기하기',
    supply: (available, held, sold) =>
      parts(`선택할 수 있는 좌석 ${available}석`, `선점 ${held}석, 다시 나올 수 있어요`, `판매 ${sold}석`),
    offTitle: '공연이 취소됐어요',
    offWhy: (reason) => `취소된 이유: ${reason}`,
    offText: '이제 기다리지 않아도 돼요. 예매한 분은 결제한 금액 전부를 지갑으로 환불받아요.',
    speed: '입장 속도',
    perMinute: (count) => `1분에 약 ${count}명이 입장해요`,
    speedUnknown: '입장이 시작되면 알려드려요',
    waiting: (count) => `지금 ${count}명이 기다리고 있어요`,
    kept: '대기 순서는 그대로예요',
    keptText: '화면을 닫거나 휴대전화가 잠겨도 대기 순서를 잃지 않아요. 다른 기기에서 로그인해도 같은 순서예요.',
    keptNear: '차례가 가까워지면 화면을 열어 두세요. 응답이 없으면 다음 분이 먼저 입장하고, 한 번은 기다려 드려요.',
    sound: '차례가 오면 소리로 알림',
    soundOn: '차례가 오면 소리가 나요',
    leave: '대기 취소',
    leaveAsk: '대기를 취소할까요?',
    leaveText: '지금 순서는 다음 분에게 넘어가요. 다시 대기하면 맨 뒤에서 시작해요.',
    leaveYes: '대기 취소하기',
    leaveNo: '계속 기다리기',
    turn: '입장할 차례예요',
    turnText: '좌석을 선택하고 결제할 수 있어요.',
    turnLeft: '남은 이용 시간',
    enter: '좌석 선택하기',
    turnTitle: '입장할 차례예요',
    join: '아직 대기 중이 아니에요',
    joinText: '대기를 시작하면 온 순서대로 입장해요. 대기 순서는 한 사람에 하나이고, 다른 기기에서도 같아요.',
    joinButton: '대기 시작',
    again: '다시 대기하기',
    needsScript: '대기하려면 브라우저에서 JavaScript를 켜 주세요.',
    refreshes: '이 화면은 10초마다 새로 고쳐져요.',
    lost: '연결이 끊겼어요. 대기 순서는 그대로이고, 다시 연결하고 있어요.',
    lostTurn: '연결이 끊겼어요. 남은 이용 시간은 계속 줄어요. 다시 연결하고 있어요.',
    regained: '다시 연결됐어요.',
    polling: '실시간 연결이 막혀 있어 몇 초마다 확인하고 있어요.',
    home: '공연 목록',
    concert: '공연 정보',
    my: '내 예매 보기',
    ended: {
      PAID: ['예매를 마쳤어요', '결제한 좌석은 내 예매에 있어요.'],
      SESSION_ENDED: [
        '이용 시간이 끝났어요',
        '다음 분에게 차례가 넘어갔어요. 좌석이 남아 있으면 다시 대기할 수 있어요.',
      ],
      LEFT: ['대기를 취소했어요', '마음이 바뀌면 언제든 대기를 다시 시작할 수 있어요.'],
      ABSENT: ['응답이 없어 차례가 지나갔어요', '두 번 불렀지만 응답이 없었어요. 다시 대기할 수 있어요.'],
    },
    other: 'English',
  },
  en: {
    title: 'Waiting room',
    yours: 'Your place in line',
    ahead: (count) => `${count} ahead of you`,
    next: 'You are next',
    unknown: 'How long it will take is not known yet',
    soon: 'Less than a minute',
    range: (from, to) => (from === to ? `About ${counted(from, 'minute')}` : `About ${from}–${to} minutes`),
    hours: (from, to) => (from === to ? `About ${counted(from, 'hour')}` : `About ${from}–${to} hours`),
    paused: 'Admission is paused',
    pausedKept: 'Every place is kept. When admission resumes, the line goes on from here.',
    goesOn: 'Admission has resumed',
    progress: 'How far you have come',
    seats: 'Seats left',
    grade: 'Grade',
    available: 'Left',
    held: 'Held',
    sold: 'Sold',
    heldHint: 'Held seats may come back.',
    allHeld: 'No seats left right now, but held seats may come back.',
    soldOut: 'Every seat is sold. If a ticket is cancelled, it shows here.',
    outTitle: 'Sold out',
    outTurn: 'It is your turn, but there are no seats left to choose.',
    others: 'See other concerts',
    standby: 'You are standing by for returned seats',
    standbyText:
      'When a seat comes back, the next in line is let in at once. Nobody is let in without a seat to choose.',
    standbyKeep: 'Keep this page open, or close it and come back. Whether seats come back cannot be promised.',
    standbyJoin: 'You can stand by for returned seats',
    standbyButton: 'Stand by',
    supply: (available, held, sold) =>
      parts(`${counted(available, 'seat')} to choose`, `${held} held, may come back`, `${sold} sold`),
    offTitle: 'The show was called off',
    offWhy: (reason) => `Why: ${reason}`,
    offText: 'You need not wait any more. Whoever has tickets gets back all that they paid, into the wallet.',
    speed: 'How fast people are let in',
    perMinute: (count) =>
      count === '1' ? 'About one person a minute is let in' : `About ${count} people a minute are let in`,
    speedUnknown: 'Shown once people are being let in',
    waiting: (count) => (count === '1' ? 'One person is waiting now' : `${count} people are waiting now`),
    kept: 'Your place is kept',
    keptText:
      'Close this page or lock your phone: you keep your place. Sign in on another device and you have the same place.',
    keptNear:
      'Near the front, keep this page open. If you do not answer, the next person goes first, and we wait for you once.',
    sound: 'Play a sound when it is my turn',
    soundOn: 'A sound will play at your turn',
    leave: 'Leave the line',
    leaveAsk: 'Leave the line?',
    leaveText: 'Your place goes to the next person. If you come back, you start at the back.',
    leaveYes: 'Leave',
    leaveNo: 'Keep waiting',
    turn: 'It is your turn',
    turnText: 'You can choose seats and pay.',
    turnLeft: 'Your time left',
    enter: 'Choose seats',
    turnTitle: 'Your turn',
    join: 'You are not in line yet',
    joinText: 'People are admitted in order of arrival. Each person has one place, the same on every device.',
    joinButton: 'Join the line',
    again: 'Join the line again',
    needsScript: 'Please switch on JavaScript to join the line.',
    refreshes: 'This page reloads itself every 10 seconds.',
    lost: 'Connection lost. Your place is kept; reconnecting.',
    lostTurn: 'Connection lost, and your time runs on. Reconnecting.',
    regained: 'Connected again.',
    polling: 'The live connection is blocked, so we check every few seconds.',
    home: 'Concerts',
    concert: 'About the concert',
    my: 'See my tickets',
    ended: {
      PAID: ['You have your tickets', 'The seats you paid for are in My tickets.'],
      SESSION_ENDED: [
        'Your time has ended',
        'Your turn went to the next person. While seats are left, you can join the line again.',
      ],
      LEFT: ['You left the line', 'If you change your mind, you can join the line again at any time.'],
      ABSENT: [
        'Your turn passed while you were away',
        'We called twice and got no answer. You can join the line again.',
      ],
    },
    other: '한국어',
  },
};
