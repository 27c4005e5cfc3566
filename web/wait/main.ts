/**
 * The waiting room at work: keeps the markup that the server painted up to date. No framework; everything that this
 * page needs is a few numbers, and its whole script should fit into two packets.
 */
import { ask } from '../client/client.ts';
import { secondsUntil, syncClock } from '../client/clock.ts';
import { asProblem, type Problem } from '../client/problem.ts';
import { dropPlace, placeOf as keptPlace, takePlace, withPlace } from '../place/place.ts';
import { roll } from '../ui/roll.ts';
import { countdown, number } from '../words/language.ts';
import { languageOfPage } from '../words/page.ts';
import { refusalWords } from '../words/refusals.ts';
import { callOut, soundWanted, wantSound } from './call.ts';
import { showConnection } from './connection.ts';
import { at, leaving, setHtml, setText, tell } from './elements.ts';
import { ended, noShow } from './ends.ts';
import { estimateTextsOf, isSoldOut, supplyOf } from './estimate.ts';
import { followPlace, forgetStart, placeElsewhere, startOf } from './line.ts';
import {
  aheadOf,
  escaped,
  estimateOf,
  factsOf,
  nearness,
  placeOf,
  stateOf,
  toolsOf,
  turnTextOf,
  type CalledOff,
  type QueueStatus,
  type Sale,
} from './markup.ts';
import { watchSale } from './sale.ts';
import { forgetTold, tellLine } from './told.ts';
import { waitWords } from './words.ts';

/** For whoever is not in line. */
const poll_seconds_outside = 5;
/** How often it is looked whether the line still moves as its estimate says. */
const still_every_ms = 5_000;
const language = languageOfPage();
const said = waitWords[language];
const hall = document.getElementById('hall');
const concertId = hall?.dataset['concert'] ?? '';
const title = hall?.dataset['title'] ?? '';
const isSignedIn = hall?.dataset['known'] !== undefined;
const concert = { id: concertId, title, artist: '', venue: '' };

let status: QueueStatus | undefined;
let sale: Sale | undefined;
let calledOff: CalledOff | undefined;
let shownPosition = 0;
let stopRolling = (): void => undefined;
let stopFollowing = (): void => undefined;
/** Since when the position has not changed, by this page's own clock. */
let stillSince = performance.now();

function inLine(state: string): boolean {
  return state === 'wait' || state === 'paused';
}

/** Takes over a status from whichever way it came. */
function show(next: QueueStatus): void {
  const before = stateOf(status);
  // While it is paused, the line has to stand still.
  if (next.position !== status?.position || next.notice !== null) stillSince = performance.now();
  status = next;
  // Of a show that was called off nothing more is to be told.
  if (calledOff === undefined) showStanding(next, before);
}

function showStanding(next: QueueStatus, before: string): void {
  const now = stateOf(next);
  if (now !== before && !(inLine(now) && inLine(before) && at('position') !== null)) rebuild();
  if (inLine(now)) showPosition(next, now);
  if (now !== before) changed(before, now);
}

function rebuild(): void {
  stopRolling();
  const view = viewNow();
  const place = at('place');
  if (place !== null) place.innerHTML = placeOf(view);
  const tools = at('tools');
  if (tools !== null) tools.innerHTML = toolsOf(view);
  const sound = at('sound') as HTMLInputElement | null;
  if (sound !== null) sound.checked = soundWanted();
  shownPosition = status?.position ?? 0;
  showFacts();
}

function called(before: string): void {
  // What is left to choose may have changed since it was last asked.
  askSale();
  if (isSoldOut(sale)) {
    document.title = `${said.outTitle} · ${title}`;
    tell(`${said.outTitle}. ${said.outTurn}`);
    return;
  }
  tell(`${said.turn}. ${turnTextOf({ language, sale })}`);
  showTimeLeft();
  if (before !== 'none') callOut();
  at('enter')?.focus({ preventScroll: true });
}

function changed(before: string, now: string): void {
  // Whoever was about to leave decides anew: it is their turn, or there is nothing left to leave.
  if (!inLine(now)) leaving()?.close();
  if (now === 'turn') called(before);
  else document.title = `${title} · ${said.title}`;
  if (now === 'ended' && status !== undefined) ended(said, status);
}

function showPosition(next: QueueStatus, state: string): void {
  const position = next.position ?? 1;
  const startedAt = startOf(concertId, position);
  rollTo(position);
  setText('ahead', aheadOf(language, position));
  showEstimate();
  setText('supply', supplyOf(viewNow()));
  const stand = at('stand');
  if (stand !== null) Object.assign(stand.dataset, { state, near: String(nearness(next)) });
  const progress = at('progress') as HTMLProgressElement | null;
  if (progress !== null) progress.value = startedAt > 1 ? 1 - (position - 1) / (startedAt - 1) : 1;
  if (state === 'wait') document.title = `${number(language, position)} · ${title}`;
  tellLine(viewNow());
}

function rollTo(position: number): void {
  const place = at('position');
  if (place === null) return;
  place.dataset['digits'] = String(number(language, position).length);
  stopRolling();
  stopRolling = roll(shownPosition, position, (value) => {
    shownPosition = value;
    place.textContent = number(language, value);
  });
}

function viewNow() {
  return { language, concert, status, sale, calledOff, stillSeconds: (performance.now() - stillSince) / 1_000 };
}

function showEstimate(): void {
  if (inLine(stateOf(status))) setHtml('estimate', estimateOf(viewNow()));
}

function showFacts(): void {
  setText('turn-text', turnTextOf({ language, sale }));
  showEstimate();
  setHtml('facts', factsOf(viewNow()));
}

function saleIs(next: Sale, off: CalledOff | undefined): void {
  const before = [isSoldOut(sale), calledOff !== undefined].join();
  sale = next;
  calledOff = off;
  if ([isSoldOut(sale), calledOff !== undefined].join() === before) showFacts();
  else turned();
}

/** The last seat is sold, or one came back; or no date is left: what stands here means something else now. */
function turned(): void {
  rebuild();
  const now = stateOf(status);
  if (calledOff !== undefined) {
    noShow(said, calledOff, title);
    return;
  }
  if (now === 'turn') called('none');
  else if (isSoldOut(sale))
    tell(inLine(now) ? estimateTextsOf(viewNow()).join('. ') : `${said.outTitle}. ${said.soldOut}`);
  if (isSoldOut(sale) && !inLine(now)) document.title = `${said.outTitle} · ${title}`;
}

/** A place that the server does not know any more, and does not give again, is not kept; the page says what to do. */
function refused(problem: Problem): void {
  if (['QUEUE_TOKEN_INVALID', 'NOT_FOUND', 'UNAUTHENTICATED'].includes(problem.code)) dropPlace(concertId);
  status = undefined;
  rebuild();
  showRefusal(problem);
}

function showRefusal({ code }: Problem): void {
  const words = refusalWords[language][code];
  const place = at('refused');
  if (place === null) return;
  place.innerHTML = `<div class="notice" role="alert"><strong>${escaped(words.title)}</strong><p>${escaped(words.text)}</p></div>`;
}

function stand(place: string): void {
  stopFollowing();
  forgetTold();
  stopFollowing = followPlace(concertId, place, {
    onStatus: taken,
    onConnection: (next) => showConnection(next, said, stateOf(status) === 'turn'),
    onRefused: refused,
  });
}

function taken(next: QueueStatus): void {
  const isFirst = status === undefined;
  show(next);
  // This device remembers a place that is over; another one may have taken a new one since.
  if (isFirst && next.status === 'EXPIRED') standElsewhere();
}

/** Stands in the place that the fan has from another device; without one, `otherwise`. */
function standElsewhere(otherwise = (): void => undefined): void {
  const go = (place: string | undefined): void => (place === undefined ? otherwise() : stand(place));
  placeElsewhere(concertId, isSignedIn).then(go, otherwise);
}

async function join(button: HTMLElement | null): Promise<void> {
  if (button?.getAttribute('aria-busy') === 'true') return;
  button?.setAttribute('aria-busy', 'true');
  try {
    forgetStart(concertId);
    const { token, ...first } = await takePlace(concertId);
    show(first);
    stand(token);
  } catch (error) {
    const problem = asProblem(error);
    if (problem.code === 'UNAUTHENTICATED')
      location.assign(`/join?next=${encodeURIComponent(`${location.pathname}?take=1`)}`);
    else showRefusal(problem);
  } finally {
    button?.removeAttribute('aria-busy');
  }
}

async function leave(): Promise<void> {
  const place = keptPlace(concertId);
  leaving()?.close();
  if (place === undefined) return;
  stopFollowing();
  try {
    await withPlace(concertId, place, (current) => ask('leaveQueue', { place: current }));
    dropPlace(concertId);
    forgetStart(concertId);
    location.assign(`/concerts/${concertId}`);
  } catch (error) {
    stand(place);
    setText('connection', refusalWords[language][asProblem(error).code].title);
  }
}

function showTimeLeft(): void {
  if (status?.status !== 'ACTIVE' || status.expiresAt === null || isSoldOut(sale) || calledOff) return;
  const left = countdown(secondsUntil(status.expiresAt));
  setText('left', left);
  document.title = `${said.turnTitle} ${left} · ${title}`;
}

document.addEventListener('click', (event) => {
  const target = (event.target as Element | null)?.closest<HTMLElement>('button, input');
  switch (target?.id) {
    case 'join':
      join(target).catch(() => undefined);
      break;
    case 'leave':
      leaving()?.showModal();
      break;
    case 'stay':
      leaving()?.close();
      break;
    case 'leave-yes':
      leave().catch(() => undefined);
      break;
    case 'sound':
      wantSound((target as HTMLInputElement).checked);
      break;
    default:
  }
});

setInterval(showTimeLeft, 250);
setInterval(showEstimate, still_every_ms);
syncClock().catch(() => undefined);
const askSale = watchSale(concertId, {
  pollSeconds: () => status?.pollAfterSeconds ?? poll_seconds_outside,
  onSale: saleIs,
});

const place = keptPlace(concertId);
const wantsPlace = new URLSearchParams(location.search).has('take');
if (location.search !== '') history.replaceState(null, '', location.pathname);
if (place !== undefined) stand(place);
else if (wantsPlace) join(at('join')).catch(() => undefined);
else {
  standElsewhere(() => {
    if (at('join') === null) rebuild();
  });
}
