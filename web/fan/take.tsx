/** The one thing to do about a concert: join its line, stand by for returned seats, go on to one's place; or why there is none. */
import { user } from '../client/session.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Seal } from '../ui/seal.tsx';
import { number, say } from '../words/words.ts';
import type { Concert } from './concerts.ts';
import { wayOf } from './lines.tsx';
import { standingIn } from './places.ts';
import { go } from './router.ts';
import { isCalledOff, type Sale } from './sale-shown.tsx';

const words = {
  ko: {
    out: '매진',
    take: '예매하기',
    back: { waiting: '내 대기 순서 보기', turn: '내 차례예요, 좌석 선택' },
    waiting: (count: string) => `지금 ${count}명이 기다리고 있어요.`,
    nobody: '지금은 기다리는 사람이 없어요.',
    order: '온 순서대로 입장하고, 차례가 오면 좌석을 선택해요. 화면을 닫아도 대기 순서는 그대로예요.',
    paused: '입장이 잠시 멈춰 있어요. 대기는 시작할 수 있어요.',
    soldOut: '모든 좌석이 팔렸어요. 결제가 취소되면 다시 열려요.',
    standBy: '취소표 대기하기',
    standByText: '모든 좌석이 팔렸어요. 대기하면 취소표가 나올 때 순서대로 입장해요. 취소표가 나온다는 보장은 없어요.',
    off: '공연이 취소됐어요.',
    offText: '예매한 분은 결제한 금액 전부를 환불받아요.',
    my: '내 예매',
    allHeld: '지금 남은 좌석은 없지만, 선점된 좌석이 다시 나올 수 있어요.',
    others: '다른 공연 보기',
  },
  en: {
    out: 'Sold out',
    take: 'Join the line',
    back: { waiting: 'See your place in line', turn: 'Your turn: choose seats' },
    waiting: (count: string) => (count === '1' ? 'One person is waiting now.' : `${count} people are waiting now.`),
    nobody: 'Nobody is waiting right now.',
    order:
      'People are admitted in order of arrival and choose seats when it is their turn. You keep your place if you close the page.',
    paused: 'Admission is paused for now. You can still join the line.',
    soldOut: 'Every seat is sold. If a ticket is cancelled, the sale opens again.',
    standBy: 'Stand by for returned seats',
    standByText:
      'Every seat is sold. If you stand by, you are let in when it is your turn and a seat comes back. Whether any does cannot be promised.',
    off: 'The show was called off.',
    offText: 'Whoever has tickets gets back all that they paid.',
    my: 'My tickets',
    allHeld: 'No seats left right now, but held seats may come back.',
    others: 'See other concerts',
  },
};

interface TakeProps {
  readonly concert: Concert;
  /** Undefined while it is not known. */
  readonly sale: Sale | undefined;
}

type Standing = ReturnType<typeof standingIn>;

export function Take({ concert, sale }: TakeProps) {
  const said = say(words);
  const isOut = sale === undefined ? concert.soldOut : sale.seats.available + sale.seats.held === 0;
  const standing = standingIn(concert.id);
  if (isCalledOff(concert)) return <Off />;
  if (isOut && sale?.boundToSupply !== true) return <Out concert={concert} standing={standing} />;
  return (
    <div class="stack">
      <Way concertId={concert.id} standing={standing} name={isOut ? said.standBy : said.take} />
      <p class="count">{sale === undefined ? ' ' : waitingOf(said, sale)}</p>
      {notesOf(said, sale, isOut).map((note) => (
        <p key={note} class="small">
          {note}
        </p>
      ))}
      <p class="order quiet small">{said.order}</p>
    </div>
  );
}

function waitingOf(said: (typeof words)['ko'], { waiting }: Sale): string {
  return waiting > 0 ? said.waiting(number(waiting)) : said.nobody;
}

/** What to know before joining. */
function notesOf(said: (typeof words)['ko'], sale: Sale | undefined, isOut: boolean): string[] {
  if (sale === undefined) return [];
  const none = isOut ? said.standByText : said.allHeld;
  return [...(sale.seats.available === 0 ? [none] : []), ...(sale.notice === null ? [] : [said.paused])];
}

interface WayProps {
  readonly concertId: string;
  readonly standing: Standing;
  /** Of the button for whoever has no place yet. */
  readonly name: string;
}

function Way({ concertId, standing, name }: WayProps) {
  if (standing !== 'none') {
    return (
      <ButtonLink key={standing} size="wide" href={wayOf(concertId, standing)}>
        {say(words).back[standing]}
      </ButtonLink>
    );
  }
  const toWait = `/concerts/${concertId}/wait?take=1`;
  const press = (): void => go(user.value === null ? `/join?next=${encodeURIComponent(toWait)}` : toWait);
  return (
    <Button key="none" size="wide" onPress={press}>
      {name}
    </Button>
  );
}

/** Nobody is invited into a line for nothing; who stands in it finds it again. */
function Out({ concert, standing }: { readonly concert: Concert; readonly standing: Standing }) {
  const said = say(words);
  return (
    <div class="stack">
      <Seal size={112} label={said.out} />
      <p>{said.soldOut}</p>
      {standing !== 'none' && (
        <ButtonLink href={wayOf(concert.id, standing)} kind="plain">
          {said.back[standing]}
        </ButtonLink>
      )}
      <ButtonLink href="/" kind="plain">
        {said.others}
      </ButtonLink>
    </div>
  );
}

function Off() {
  const said = say(words);
  return (
    <div class="stack">
      <p>
        <b>{said.off}</b>
      </p>
      <p>{said.offText}</p>
      {user.value && <ButtonLink href="/my">{said.my}</ButtonLink>}
      <ButtonLink href="/" kind="plain">
        {said.others}
      </ButtonLink>
    </div>
  );
}
