/** The title of the tab, which is also the first thing that a screen reader says of a page. */
import { useEffect } from 'preact/hooks';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Maejin 매진' : `${title} · Maejin`;
  }, [title]);
}
