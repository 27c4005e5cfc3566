/**
 * The pages that people see: built ahead, painted here in the reader's language and theme before any script runs.
 * The waiting room's first paint already says where one stands.
 */
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bodyOf, calledOffIn, type Sale, type WaitView } from '../../web/wait/markup.ts';
import { waitWords } from '../../web/wait/words.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { App } from '../contract.ts';
import { inTime } from '../platform/in-time.ts';
import type { Language } from '../platform/language.ts';
import { readBuiltPages, type BuiltPages, type DocumentName, type Filling } from '../pages/built.ts';
import { headOf, type PageAbout } from '../pages/head.ts';
import { notBuiltPage, type ShellName } from '../pages/shell.ts';
import { refuse } from '../refusals.ts';
import type { Reservations } from '../reservation/reservation.ts';
import { noticeOf, type WaitingRoom } from '../waiting-room/gate.ts';
import { sendFreshly } from './compressed.ts';
import { aboutConcert } from './concert-about.ts';
import { createConcertPages } from './concert-pages.ts';
import { readerOf } from './reader.ts';
import { createShells, type Shells } from './shells.ts';
import { mountSiteFiles } from './site-files.ts';

export interface SiteRooms {
  readonly accounts: Pick<Accounts, 'credentialIn' | 'identify'>;
  readonly catalog: Pick<Catalog, 'concert' | 'performancesOf'>;
  readonly waitingRoom: Pick<WaitingRoom, 'gate' | 'status' | 'numbers' | 'livePlaces'>;
  readonly reservations: Pick<Reservations, 'standing'>;
}

/** Scripts, styles, fonts and questions of this host only; nothing inline, no frames, no forms elsewhere. */
const page_policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The page that opens Toss's window runs Toss's script, which brings frames, styles and questions of its own; no other page
 * does. Which hosts they are is not written down anywhere: these are its own domains.
 */
const toss = 'https://*.tosspayments.com https://*.toss.im';
const checkout_policy = [
  "default-src 'none'",
  "script-src 'self' https://js.tosspayments.com",
  "style-src 'self' 'unsafe-inline'",
  `font-src 'self' ${toss}`,
  `img-src 'self' data: ${toss}`,
  `connect-src 'self' ${toss}`,
  `frame-src ${toss}`,
  "manifest-src 'self'",
  "base-uri 'none'",
  `form-action 'self' ${toss}`,
  "frame-ancestors 'none'",
].join('; ');

const asset_age = '365d';
const concert_id = /^[a-z0-9]{10}$/;

/** Pages whose first paint is the same for everybody: what they are called, and where they are. */
const fan_paths = ['/join', '/my', '/reservations/:id', '/reservations/:id/cancellation', '/wallet/return'] as const;
/** Of a concert, whose name they bear; for those whose turn it is. */
const inside_paths = ['/concerts/:concertId/dates', '/concerts/:concertId/dates/:date'] as const;
const console_paths = ['/console', '/console/*'] as const;

/** `publicUrl` is where the fans find this service: what leaves it, as a shared link does, names it. */
export async function mountSite(
  app: App,
  rooms: SiteRooms,
  { publicUrl }: { readonly publicUrl: string },
): Promise<void> {
  const built = await readBuiltPages(path.join(import.meta.dirname, '../../web/dist'));
  if (built === undefined) {
    app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(notBuiltPage));
    return;
  }
  const parts = { built, shell: createShells(built, originOf(publicUrl)), origin: originOf(publicUrl) };
  const { shell } = parts;
  const line = createLinePage(parts, rooms);
  const concertPage = createConcertPages(parts, rooms);
  await mountSiteFiles(app, { folder: built.folder, origin: parts.origin, catalog: rooms.catalog });
  // A person who mistyped an address gets a page; a program gets its refusal.
  app.get('/*', (request, reply) => {
    if (!isForPeople(request)) throw refuse('NOT_FOUND');
    setPageHeaders(reply);
    return shell(request, reply.code(404), 'fan', 'fan');
  });
  await app.register(async (scope) => {
    await scope.register(fastifyStatic, {
      root: path.join(built.folder, 'assets'),
      prefix: '/assets/',
      preCompressed: true,
      immutable: true,
      maxAge: asset_age,
      index: false,
      decorateReply: false,
    });
  });
  await app.register(async (scope) => {
    scope.addHook('onRequest', (request, reply, done) => {
      setPageHeaders(reply);
      keepLanguage(request, reply);
      done();
    });
    const show = (url: string, document: DocumentName, name: ShellName): void => {
      scope.get(url, (request, reply) => shell(request, reply, document, name));
    };
    show('/', 'fan', 'home');
    for (const url of fan_paths) show(url, 'fan', 'fan');
    scope.get('/wallet/checkout/:orderId', (request, reply) => {
      reply.header('content-security-policy', checkout_policy);
      // Card companies open windows that speak to the page they came from.
      reply.header('cross-origin-opener-policy', 'same-origin-allow-popups');
      return shell(request, reply, 'fan', 'fan');
    });
    scope.get('/concerts/:concertId', (request, reply) => concertPage(request, reply, 'public'));
    for (const url of inside_paths) scope.get(url, (request, reply) => concertPage(request, reply, 'inside'));
    for (const url of console_paths) show(url, 'console', 'console');
    scope.get('/concerts/:concertId/wait', (request, reply) => inTime(line(request, reply)));
  });
}

function originOf(publicUrl: string): string {
  return publicUrl.replace(/\/+$/, '');
}

interface SiteParts {
  readonly built: BuiltPages;
  readonly shell: Shells;
  readonly origin: string;
}

/** The waiting room of a concert, as it stands for whoever asks. */
function createLinePage(
  { built, shell, origin }: SiteParts,
  { accounts, catalog, waitingRoom, reservations }: SiteRooms,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { concertId } = request.params as { concertId: string };
    const concert = concert_id.test(concertId) ? await catalog.concert(concertId) : undefined;
    if (concert === undefined) {
      if (isForPeople(request)) return shell(request, reply.code(404), 'fan', 'fan');
      throw refuse('NOT_FOUND');
    }
    const { language } = readerOf(request);
    // By what is shown, whatever it is worth: only then is it worth asking for a place that this device does not know.
    const isKnown = accounts.credentialIn(request.headers) !== undefined;
    const status = await statusOf(request, concertId, { waitingRoom, accounts: isKnown ? accounts : undefined });
    const sale = await saleOf(concertId, language, { waitingRoom, reservations });
    const calledOff = sale?.performances.length === 0 ? await calledOffOf(catalog, concertId, language) : undefined;
    const view = { language, concert, status, sale, calledOff, isKnown };
    return sendFresh(
      request,
      reply,
      built.render('wait', fillingOf(view, aboutConcert({ language, origin }, concert, []))),
    );
  };
}

function setPageHeaders(reply: FastifyReply): void {
  reply.header('content-security-policy', page_policy);
  reply.header('x-frame-options', 'DENY');
  reply.header('referrer-policy', 'same-origin');
  reply.header('cross-origin-opener-policy', 'same-origin');
  reply.header('vary', 'cookie, accept-language, accept-encoding');
}

function fillingOf(view: WaitView, about: PageAbout): Filling {
  const { language, concert } = view;
  const said = waitWords[language];
  const title = `${concert.title} · ${said.title}`;
  const head = headOf({ ...about, isPrivate: true });
  return { language, theme: 'dark', title, description: said.keptText, head, body: bodyOf(view) };
}

interface PlaceRooms {
  readonly waitingRoom: SiteRooms['waitingRoom'];
  /** Undefined where nobody is signed in. */
  readonly accounts: SiteRooms['accounts'] | undefined;
}

/**
 * Where the place stands that this page's cookie names, or that the fan has from another device; looking at the page is a
 * sign of life.
 */
async function statusOf(
  request: FastifyRequest,
  concertId: string,
  { waitingRoom, accounts }: PlaceRooms,
): Promise<WaitView['status']> {
  const { gate, status, livePlaces } = waitingRoom;
  try {
    const kept = /(?:^|;\s*)maejin_place=([\w.-]+)/.exec(request.headers.cookie ?? '')?.[1];
    const place = kept ?? (await placeElsewhere(request, concertId, { accounts, livePlaces }));
    if (place === undefined) return undefined;
    const pass = gate.pass({ headers: { 'queue-token': place } });
    return pass.concertId === concertId ? await status(pass, () => readerOf(request).language) : undefined;
  } catch {
    return undefined;
  }
}

/** Whoever is about to take a place is not looked for. */
async function placeElsewhere(
  request: FastifyRequest,
  concertId: string,
  { accounts, livePlaces }: Pick<PlaceRooms, 'accounts'> & Pick<WaitingRoom, 'livePlaces'>,
): Promise<string | undefined> {
  const { take } = request.query as { take?: unknown };
  if (accounts === undefined || take !== undefined) return undefined;
  const { userId } = await accounts.identify(request);
  const { places } = await livePlaces.of(userId);
  return places.find((place) => place.concertId === concertId)?.token;
}

async function saleOf(
  concertId: string,
  language: Language,
  { waitingRoom, reservations }: Pick<SiteRooms, 'waitingRoom' | 'reservations'>,
): Promise<Sale | undefined> {
  try {
    const [numbers, standing] = await Promise.all([waitingRoom.numbers(concertId), reservations.standing(concertId)]);
    if (numbers === undefined) return undefined;
    const { waiting, admittedPerMinute, boundToSupply } = numbers;
    const { seats, grades, performances } = standing;
    const notice = noticeOf(numbers, language);
    return {
      concertId,
      seats,
      grades: [...grades],
      performances: [...performances],
      waiting,
      admittedPerMinute,
      notice,
      ...(boundToSupply && { boundToSupply }),
    };
  } catch {
    // The page itself asks again; a first paint without these facts is better than none.
    return undefined;
  }
}

/** Why no date is left, where one was called off: asked only where none is on sale. */
async function calledOffOf(
  catalog: SiteRooms['catalog'],
  concertId: string,
  language: Language,
): Promise<WaitView['calledOff']> {
  const dates = await catalog.performancesOf(concertId);
  return calledOffIn(
    dates.map(({ status, reason }) => ({ status, onSale: false, notice: reason?.[language] ?? null })),
  );
}

const year_seconds = 365 * 86_400;

/** `?lang=ko` is a choice, kept on this device. */
function keepLanguage(request: FastifyRequest, reply: FastifyReply): void {
  const { lang } = request.query as { lang?: unknown };
  if (lang !== 'ko' && lang !== 'en') return;
  reply.header('set-cookie', `lang=${lang}; Path=/; Max-Age=${year_seconds}; SameSite=Lax`);
}

function isForPeople({ url, headers }: FastifyRequest): boolean {
  return !url.startsWith('/api/') && (headers.accept ?? '').includes('text/html');
}

/** For one reader at this moment: never kept. */
function sendFresh(request: FastifyRequest, reply: FastifyReply, text: string): Promise<FastifyReply> {
  reply.header('cache-control', 'private, no-store').header('content-language', readerOf(request).language);
  reply.type('text/html; charset=utf-8');
  return sendFreshly(request, reply, text);
}
