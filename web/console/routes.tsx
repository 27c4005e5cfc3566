/**
 * The console's pages, one line each. How to add one:
 * - `title` is what navigation, tab and shortcut list call it. With `key` (a letter of its own) it stands in the
 *   navigation and `g` then that letter opens it; without, it is reached by links only.
 * - `load` imports the page lazily: a component that takes `{ params }` (the named groups of `path`) and sits in the
 *   frame's <main>. It begins with `<PageHead title=…>`, which is also the tab's title; all else is its own.
 * - Only a signed-in operator ever sees a page, so pages do not ask who it is. Data by `ask()` of web/client, typed by
 *   the contract; loading and failing by `useLoad`/`<Loaded>` of web/ui/load.tsx; what is asked again and again
 *   by `usePolled` of live/polled.ts.
 * - Words are `{ ko, en }` beside their component, read by `say()`. Styles beside the page, imported by it.
 * - What has an effect says the effect first: `<Confirm>` (parts/confirm.tsx). Parts: `<Panel>`, `<Table>`, `<Stat>`.
 * - Vermilion (`--vermilion`, class `alarm`) is for what is abnormal and for the one button that acts.
 */
import type { VNode } from 'preact';
import type { Both } from '../words/language.ts';

export interface PageProps {
  readonly params: Readonly<Record<string, string>>;
}

export type Page = (props: PageProps) => VNode;

export interface Route {
  readonly path: RegExp;
  /** Where the navigation leads. */
  readonly href?: string;
  /** Which of the navigation's it lies beneath, if not beneath the live one. */
  readonly beneath?: string;
  readonly title: Both<string>;
  readonly key?: string;
  readonly load: () => Promise<Page>;
}

export const routes: readonly Route[] = [
  {
    path: /^\/console\/?$/,
    href: '/console',
    title: { ko: '실시간', en: 'Live' },
    key: 'l',
    load: () => import('./live/concerts.tsx').then(({ Concerts }) => Concerts),
  },
  {
    path: /^\/console\/concerts\/(?<concertId>[a-z0-9]{10})$/,
    title: { ko: '공연', en: 'Concert' },
    load: () => import('./live/concert.tsx').then(({ ConcertPage }) => ConcertPage),
  },
  {
    path: /^\/console\/dates\/(?<performanceId>[a-z0-9]{10}-[1-9]\d{0,3})$/,
    title: { ko: '회차', en: 'Performance' },
    load: () => import('./dates/date.tsx').then(({ DatePage }) => DatePage),
  },
  {
    path: /^\/console\/log$/,
    href: '/console/log',
    title: { ko: '작업 기록', en: 'Log' },
    key: 'o',
    load: () => import('./log/log.tsx').then(({ Log }) => Log),
  },
  {
    path: /^\/console\/new\/?$/,
    href: '/console/new',
    title: { ko: '새 공연', en: 'New concert' },
    key: 'n',
    load: () => import('./desk/new-concert.tsx').then(({ NewConcert }) => NewConcert),
  },
  {
    path: /^\/console\/reservations\/?$/,
    href: '/console/reservations',
    title: { ko: '예매', en: 'Reservations' },
    key: 'r',
    load: () => import('./desk/reservations.tsx').then(({ Reservations }) => Reservations),
  },
  {
    path: /^\/console\/reservation\/?$/,
    beneath: '/console/reservations',
    title: { ko: '예매', en: 'Reservation' },
    load: () => import('./desk/reservation.tsx').then(({ Reservation }) => Reservation),
  },
  {
    path: /^\/console\/users\/?$/,
    href: '/console/users',
    title: { ko: '이용자', en: 'Users' },
    key: 'u',
    load: () => import('./desk/users.tsx').then(({ Users }) => Users),
  },
  {
    path: /^\/console\/user\/?$/,
    title: { ko: '이용자', en: 'User' },
    load: () => import('./desk/user.tsx').then(({ User }) => User),
  },
  {
    path: /^\/console\/seat\/?$/,
    href: '/console/seat',
    title: { ko: '좌석', en: 'Seat' },
    key: 's',
    load: () => import('./desk/seat.tsx').then(({ Seat }) => Seat),
  },
  {
    path: /^\/console\/money\/?$/,
    href: '/console/money',
    title: { ko: '입출금', en: 'Money' },
    key: 'm',
    load: () => import('./money/money.tsx').then(({ Money }) => Money),
  },
  {
    path: /^\/console\/money\/orders\/?$/,
    beneath: '/console/money',
    title: { ko: '충전 주문', en: 'Orders' },
    load: () => import('./money/orders.tsx').then(({ Orders }) => Orders),
  },
  {
    path: /^\/console\/audit\/?$/,
    href: '/console/audit',
    title: { ko: '정합성 점검', en: 'Integrity check' },
    key: 'a',
    load: () => import('./desk/audit.tsx').then(({ Audit }) => Audit),
  },
];

export function routeOf(path: string): { readonly route: Route; readonly params: Record<string, string> } | undefined {
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match !== null) return { route, params: { ...match.groups } };
  }
  return undefined;
}
