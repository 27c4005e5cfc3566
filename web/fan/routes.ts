/** The fan's pages by their paths. Each is loaded when it is first opened. */
import type { VNode } from 'preact';

export interface PageProps {
  readonly params: Readonly<Record<string, string>>;
}

export type Page = (props: PageProps) => VNode;

interface Route {
  readonly path: RegExp;
  readonly load: () => Promise<Page>;
}

const routes: readonly Route[] = [
  { path: /^\/$/, load: () => import('./pages/home.tsx').then(({ Home }) => Home) },
  { path: /^\/join$/, load: () => import('./pages/join.tsx').then(({ Join }) => Join) },
  {
    path: /^\/concerts\/(?<concertId>[a-z0-9]{10})$/,
    load: () => import('./pages/concert.tsx').then(({ ConcertPage }) => ConcertPage),
  },
  {
    path: /^\/concerts\/(?<concertId>[a-z0-9]{10})\/dates$/,
    load: () => import('./pages/dates.tsx').then(({ Dates }) => Dates),
  },
  {
    path: /^\/concerts\/(?<concertId>[a-z0-9]{10})\/dates\/(?<date>[1-9][0-9]{0,3})$/,
    load: () => import('./pages/seats.tsx').then(({ Seats }) => Seats),
  },
  {
    path: /^\/reservations\/(?<id>[a-z0-9]{10}-[a-z0-9]{1,40})$/,
    load: () => import('./pages/ticket.tsx').then(({ Ticket }) => Ticket),
  },
  {
    path: /^\/reservations\/(?<id>[a-z0-9]{10}-[a-z0-9]{1,40})\/cancellation$/,
    load: () => import('./pages/cancel.tsx').then(({ Cancel }) => Cancel),
  },
  {
    path: /^\/wallet\/return$/,
    load: () => import('./pages/return.tsx').then(({ Return }) => Return),
  },
  {
    path: /^\/wallet\/checkout\/(?<orderId>[a-z0-9]{22})$/,
    load: () => import('./pages/checkout.tsx').then(({ Checkout }) => Checkout),
  },
  { path: /^\/my$/, load: () => import('./pages/my.tsx').then(({ My }) => My) },
];

export function routeOf(path: string): { readonly route: Route; readonly params: Record<string, string> } | undefined {
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match !== null) return { route, params: { ...match.groups } };
  }
  return undefined;
}
