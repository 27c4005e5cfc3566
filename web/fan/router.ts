/** Where the fan is. Links are ordinary links; those to pages of this app are followed without loading it again. */
import { signal } from '@preact/signals';

/** Path and query. */
export const place = signal(location.pathname + location.search);

/** Pages outside of this app, which the server must be asked for. */
const outside = /^\/(docs|console|problems|api|assets|concerts\/[a-z0-9]{10}\/wait)(\/|$|\?)/;

export function go(to: string, { replace = false } = {}): void {
  if (outside.test(to)) {
    if (replace) location.replace(to);
    else location.assign(to);
    return;
  }
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  scrollTo(0, 0);
  place.value = location.pathname + location.search;
}

function linkOf(event: MouseEvent): HTMLAnchorElement | undefined {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = (event.target as Element | null)?.closest('a');
  if (!link || link.target !== '' || link.origin !== location.origin || link.hasAttribute('download')) return undefined;
  return link;
}

/** Follows links and the browser's back and forward. Call it once. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    place.value = location.pathname + location.search;
  });
  document.addEventListener('click', (event) => {
    const link = linkOf(event);
    if (link === undefined || link.hash !== '') return;
    const to = link.pathname + link.search;
    if (outside.test(to)) return;
    event.preventDefault();
    go(to);
  });
}
