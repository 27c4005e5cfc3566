/** Where the reader is. Links are ordinary links; those to pages of the same app are followed without loading it again. */
import { signal, type Signal } from '@preact/signals';

export interface Router {
  /** Path and query. */
  readonly place: Signal<string>;
  /** Goes there; asks the server where the address is not the app's own. */
  go(to: string, options?: { readonly replace?: boolean }): void;
  /** Follows links and the browser's back and forward. Call it once. */
  start(): void;
}

/** The server takes `/my/` for `/my`, and so do the apps. */
const here = (): string => location.pathname.replace(/(?<=.)\/+$/, '') + location.search;

/** `isOwn` tells the app's own addresses (path and query) from those that the server must be asked for. */
export function createRouter(isOwn: (to: string) => boolean): Router {
  const place = signal(here());
  const go: Router['go'] = (to, { replace = false } = {}) => {
    if (!isOwn(to)) {
      if (replace) location.replace(to);
      else location.assign(to);
      return;
    }
    history[replace ? 'replaceState' : 'pushState'](null, '', to);
    scrollTo(0, 0);
    place.value = here();
  };
  return {
    place,
    go,
    start: () => {
      addEventListener('popstate', () => {
        place.value = here();
      });
      document.addEventListener('click', (event) => {
        const link = linkOf(event);
        if (link === undefined || link.hash !== '') return;
        const to = link.pathname + link.search;
        if (!isOwn(to)) return;
        event.preventDefault();
        go(to);
      });
    },
  };
}

/** A click that only follows: no new tab, no download, no menu. */
function isPlain(event: MouseEvent): boolean {
  const withKey = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return !event.defaultPrevented && event.button === 0 && !withKey;
}

function linkOf(event: MouseEvent): HTMLAnchorElement | undefined {
  const link = isPlain(event) ? (event.target as Element | null)?.closest('a') : undefined;
  if (!link || link.target !== '' || link.origin !== location.origin) return undefined;
  return link.hasAttribute('download') ? undefined : link;
}
