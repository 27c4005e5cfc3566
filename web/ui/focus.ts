/** Focus that fell to the page because what had it is gone: whoever types or listens goes on at what stands there now. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Nothing in the page has the focus: at most the frame that the page stands in. */
function hasFallen(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement.id === 'content';
}

/**
 * What takes a fallen focus over whenever `key` changes; it needs a `tabindex`. Focus that somebody has moved elsewhere
 * meanwhile stays where it is.
 */
export function useHeir<T extends HTMLElement>(key: unknown, isHeir = true): RefObject<T> {
  const heir = useRef<T>(null);
  useLayoutEffect(() => {
    if (isHeir && hasFallen()) heir.current?.focus({ preventScroll: true });
  }, [key]);
  return heir;
}
