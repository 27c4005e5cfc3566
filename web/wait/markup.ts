/**
 * The waiting room as markup, the same for the server's first paint and for the page afterwards. Plain strings: this
 * page is opened by everybody at once, on the worst phone, and must say where one stands before any script runs.
 */
import type { ReplyOf } from '../../src/contract.ts';
import { number, titleIn, type Language } from '../words/language.ts';
import { estimateTextsOf, isSoldOut, isStandby, supplyOf, type EstimateView } from './estimate.ts';
import { waitWords, type WaitWords } from './words.ts';

export type QueueStatus = Omit<ReplyOf<'getQueueToken', 200>, 'expiredBecause'> &
  Partial<Pick<ReplyOf<'getQueueToken', 200>, 'expiredBecause'>>;
export type Sale = ReplyOf<'getSale', 200>;

/** No date is left, and one at least was called off. */
export interface CalledOff {
  /** Why, in the reader's language. */
  readonly notice: string | null;
}

type Dates = ReplyOf<'getConcert', 200>['performances'];

/** Undefined while a date is on sale, and where all have begun. */
export function calledOffIn(
  dates: readonly Pick<Dates[number], 'onSale' | 'status' | 'notice'>[],
): CalledOff | undefined {
  const off = dates.filter(({ status }) => status === 'CANCELLED');
  if (off.length === 0 || dates.some(({ onSale }) => onSale)) return undefined;
  return { notice: off.at(-1)?.notice ?? null };
}

export interface WaitView {
  readonly language: Language;
  readonly concert: { readonly id: string; readonly title: string; readonly artist: string; readonly venue: string };
  /** Undefined: no place was taken on this device. */
  readonly status: QueueStatus | undefined;
  readonly sale: Sale | undefined;
  readonly calledOff?: CalledOff | undefined;
  /** Somebody seems to be signed in, so it is worth asking for their place. */
  readonly isKnown?: boolean;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

const seal = `<svg class="seal" viewBox="0 0 120 120" width="36" height="36" aria-hidden="true"><g transform="rotate(-4 60 60)"><rect x="8" y="8" width="104" height="104" rx="14" fill="#d7352b"/><rect x="15" y="15" width="90" height="90" rx="9" fill="none" stroke="#faf7f2" stroke-width="2.5"/><g fill="none" stroke="#faf7f2" stroke-width="7" stroke-linecap="round" stroke-linejoin="round"><path d="M25 43h15v33h-15zM48 30v62M58 30v62M48 60h10"/><path d="M67 35h18M76 36c-1 11-4 18-10 24M77 45c2 7 5 11 10 15M97 29v37M71 70v19h27"/></g></g></svg>`;

/** The whole body of the page. */
export function bodyOf(view: WaitView): string {
  const { language, concert } = view;
  const said = waitWords[language];
  const [title] = titleIn(language, concert.title);
  return `<div class="hall" id="hall" data-concert="${escaped(concert.id)}" data-title="${escaped(title)}"${view.isKnown === true ? ' data-known' : ''}>
<div class="light" aria-hidden="true"></div>
<header>
<a class="brand" href="/">${seal}<span>Maejin</span></a>
<a class="other" href="?lang=${language === 'ko' ? 'en' : 'ko'}" lang="${language === 'ko' ? 'en' : 'ko'}">${said.other}</a>
</header>
<main>
<div class="concert"><h1>${escaped(title)}</h1><p>${escaped(concert.artist)} · ${escaped(concert.venue)}</p></div>
<div class="place" id="place">${placeOf(view)}</div>
<p class="connection" id="connection" role="status"></p>
<span class="hidden" id="told" role="status" aria-live="polite"></span>
<div class="facts" id="facts">${factsOf(view)}</div>
<div class="tools" id="tools">${toolsOf(view)}</div>
</main>
<div class="crowd" aria-hidden="true"></div>
</div>
<dialog id="leaving" aria-labelledby="leaving-title"><h2 id="leaving-title">${said.leaveAsk}</h2><p>${said.leaveText}</p><div class="choice"><button class="button" id="stay">${said.leaveNo}</button><button class="button plain" id="leave-yes">${said.leaveYes}</button></div></dialog>`;
}

/** Whoever joins the line finds a seat one day, or stands by for one. */
function isOpen(sale: Sale | undefined): boolean {
  return !isSoldOut(sale) || sale?.boundToSupply === true;
}

/** How far forward the light has grown: 0 for a million ahead, 10 at the front. */
export function nearness(status: QueueStatus | undefined): number {
  if (status?.status === 'ACTIVE') return 10;
  if (status?.position === null || status === undefined) return 1;
  return Math.round(10 * (1 - Math.min(1, Math.log10(status.position) / 6)));
}

export function stateOf(status: QueueStatus | undefined): 'none' | 'wait' | 'paused' | 'turn' | 'ended' {
  if (status === undefined) return 'none';
  if (status.status === 'ACTIVE') return 'turn';
  if (status.status === 'EXPIRED') return 'ended';
  return status.notice === null ? 'wait' : 'paused';
}

/** Where one stands. The warm light is for a turn that is good for something. */
export function placeOf(view: WaitView): string {
  const state = stateOf(view.status);
  const isOver = state === 'turn' ? isSoldOut(view.sale) : state === 'none' && !isOpen(view.sale);
  if (view.calledOff !== undefined) return standOf('off', 1, off(view, view.calledOff));
  return isOver ? standOf('out', 1, soldOut(view)) : standOf(state, nearness(view.status), standing(view, state));
}

function standOf(state: string, near: number, inside: string): string {
  return `<div class="stand" id="stand" data-state="${state}" data-near="${near}">${inside}</div>`;
}

function standing(view: WaitView, state: ReturnType<typeof stateOf>): string {
  switch (state) {
    case 'none':
      return joining(view);
    case 'turn':
      return turn(view);
    case 'ended':
      return ended(view);
    default:
      return waiting(view);
  }
}

function waiting(view: WaitView): string {
  const { language, status } = view;
  const said = waitWords[language];
  const position = status?.position ?? 1;
  const shown = number(language, position);
  return `<p class="label">${said.yours}</p>
<p class="position" id="position" translate="no" data-digits="${shown.length}">${shown}</p>
<p class="ahead" id="ahead">${aheadOf(language, position)}</p>
<progress id="progress" aria-label="${said.progress}" max="1" value="0"></progress>
<div class="estimate" id="estimate">${estimateOf(view)}</div>
<p class="supply" id="supply">${supplyOf(view)}</p>
<noscript><p class="ahead">${said.refreshes}</p></noscript>`;
}

export function aheadOf(language: Language, position: number): string {
  const said = waitWords[language];
  return position <= 1 ? said.next : said.ahead(number(language, position - 1));
}

export function estimateOf(view: EstimateView): string {
  const [first = '', ...others] = estimateTextsOf(view).map(escaped);
  if (others.length === 0) return `<p>${first}</p>`;
  const kind = isStandby(view) ? ' class="calm"' : ' class="reason"';
  const isMarked = (index: number): boolean => isStandby(view) || (index === 0 && !isSoldOut(view.sale));
  const lines = others.map((text, index) => `<p${isMarked(index) ? kind : ''}>${text}</p>`);
  return `<strong>${first}</strong>${lines.join('')}`;
}

/** Nobody is invited into a line for nothing, and a turn without a seat is told as what it is. */
function soldOut({ language, concert, status }: WaitView): string {
  const said = waitWords[language];
  const turn = status === undefined ? '' : `<p class="ahead">${said.outTurn}</p>`;
  return `<h2 class="big">${said.outTitle}</h2>${turn}<p class="ahead">${said.soldOut}</p>
<p class="act"><a class="button" href="/">${said.others}</a> <a class="button plain" href="/concerts/${concert.id}">${said.concert}</a></p><div id="refused"></div>`;
}

export function offTextsOf(said: WaitWords, { notice }: CalledOff): readonly string[] {
  return [...(notice === null ? [] : [said.offWhy(notice)]), said.offText];
}

/** Nobody waits for a show that will not be. */
function off({ language, concert }: WaitView, calledOff: CalledOff): string {
  const said = waitWords[language];
  const texts = offTextsOf(said, calledOff).map((text) => `<p class="ahead">${escaped(text)}</p>`);
  return `<h2 class="big" id="ended" tabindex="-1">${said.offTitle}</h2>${texts.join('')}
<p class="act"><a class="button" href="/my">${said.my}</a> <a class="button plain" href="/concerts/${concert.id}">${said.concert}</a></p><div id="refused"></div>`;
}

function joining({ language, sale }: WaitView): string {
  const said = waitWords[language];
  const [title, text, button] = isSoldOut(sale)
    ? [said.standbyJoin, `${said.standbyText} ${said.standbyKeep}`, said.standbyButton]
    : [said.join, said.joinText, said.joinButton];
  return `<h2 class="big">${title}</h2><p class="ahead">${text}</p>
<p class="act"><button class="button" id="join">${button}</button></p><div id="refused"></div>
<noscript><p class="ahead">${said.needsScript}</p></noscript>`;
}

/** What a turn is good for just now. */
export function turnTextOf({ language, sale }: Pick<WaitView, 'language' | 'sale'>): string {
  const said = waitWords[language];
  return sale?.seats.available === 0 ? said.allHeld : said.turnText;
}

function turn(view: WaitView): string {
  const { language, concert } = view;
  const said = waitWords[language];
  return `<h2 class="big">${said.turn}</h2><p class="ahead" id="turn-text">${turnTextOf(view)}</p>
<p class="left"><span>${said.turnLeft}</span> <strong id="left" role="timer" aria-live="off" translate="no"></strong></p>
<p class="act"><a class="button warm" id="enter" href="/concerts/${concert.id}/dates">${said.enter}</a></p>`;
}

function ended({ language, concert, status, sale }: WaitView): string {
  const said = waitWords[language];
  const again = !isOpen(sale) ? '' : `<button class="button" id="join">${said.again}</button>`;
  const because = status?.expiredBecause ?? 'SESSION_ENDED';
  const [title, text] = said.ended[because];
  const act =
    because === 'PAID'
      ? `<a class="button" href="/my">${said.my}</a> ${again.replace('button"', 'button plain"')}`
      : `${again} <a class="button plain" href="/concerts/${concert.id}">${said.concert}</a>`;
  return `<h2 class="big" id="ended" tabindex="-1">${title}</h2><p class="ahead">${text}</p><p class="act">${act}</p><div id="refused"></div>`;
}

/** Three quiet facts under the number. */
export function factsOf({ language, sale, status, calledOff }: WaitView): string {
  const state = stateOf(status);
  if (calledOff !== undefined) return '';
  const seats = sale === undefined ? '' : seatsOf(language, sale);
  const speed = sale === undefined || state === 'ended' || isSoldOut(sale) ? '' : speedOf(language, sale);
  // A turn runs out, and what ended is over: only a place in line, or one that is offered, is kept.
  const isKept = state === 'wait' || state === 'paused' || (state === 'none' && isOpen(sale));
  return `${seats}${speed}${isKept ? keptOf(language, status) : ''}`;
}

function keptOf(language: Language, status: QueueStatus | undefined): string {
  const said = waitWords[language];
  const near = status === undefined || (status.position ?? 1e6) <= 200 ? `<p>${said.keptNear}</p>` : '';
  return `<section><h2>${said.kept}</h2><p>${said.keptText}</p>${near}</section>`;
}

function seatsOf(language: Language, { seats, grades }: Sale): string {
  const said = waitWords[language];
  const row = (grade: Sale['grades'][number]): string =>
    `<tr><th scope="row">${escaped(grade.grade)}</th>${[grade.available, grade.held, grade.reserved].map((count) => `<td translate="no">${number(language, count)}</td>`).join('')}</tr>`;
  const none = seats.held > 0 ? said.allHeld : said.soldOut;
  const hint = seats.available > 0 ? said.heldHint : none;
  return `<section><h2>${said.seats}</h2><table><thead><tr><th scope="col"><span class="hidden">${said.grade}</span></th><th scope="col">${said.available}</th><th scope="col">${said.held}</th><th scope="col">${said.sold}</th></tr></thead><tbody>${grades.map(row).join('')}</tbody></table><p>${hint}</p></section>`;
}

function speedOf(language: Language, { waiting, admittedPerMinute, notice }: Sale): string {
  const said = waitWords[language];
  const perMinute = Math.round(admittedPerMinute);
  const moving = perMinute > 0 ? said.perMinute(number(language, perMinute)) : said.speedUnknown;
  const pace = notice === null ? moving : said.paused;
  return `<section><h2>${said.speed}</h2><p>${pace}</p><p>${said.waiting(number(language, waiting))}</p></section>`;
}

/** What one can do while waiting. Without scripts there is nothing of it. */
export function toolsOf({ language, status, calledOff }: WaitView): string {
  const said = waitWords[language];
  const state = stateOf(status);
  if (state === 'none' || state === 'ended' || calledOff !== undefined) return '';
  const sound =
    state === 'turn'
      ? ''
      : `<label class="sound"><input type="checkbox" id="sound"> <span>${said.sound}</span></label>`;
  return `${sound}<button class="link" id="leave">${said.leave}</button>`;
}
