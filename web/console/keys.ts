/** The keyboard: `g` then a letter goes to a page, `?` lists the shortcuts. */
import { signal } from '@preact/signals';
import { user } from '../client/session.ts';
import { go } from './router.ts';
import { routes } from './routes.tsx';

/** Whether the list of shortcuts is open. */
export const listing = signal(false);

const second_key_ms_max = 1_500;
let gAt = -Infinity;

/** Keys that are being typed somewhere, or belong to the browser, are not ours. */
function isOurs(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  const target = event.target as HTMLElement | null;
  return target?.closest('input:not([type="range"]), textarea, select, dialog[open], [contenteditable]') == null;
}

function press(event: KeyboardEvent): void {
  if (!isOurs(event) || user.peek()?.role !== 'operator') return;
  const key = letterOf(event);
  const afterG = event.timeStamp - gAt < second_key_ms_max;
  gAt = key === 'g' && !afterG ? event.timeStamp : -Infinity;
  if (key === '?') {
    event.preventDefault();
    listing.value = true;
  } else if (afterG) {
    const route = routes.find((one) => one.key === key);
    if (route?.href === undefined) return;
    event.preventDefault();
    go(route.href);
  }
}

/** The letter on the key, also while the keyboard writes Korean. */
function letterOf({ key, code }: KeyboardEvent): string {
  if (key === '?') return key;
  return /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : key;
}

export function startKeys(): void {
  document.addEventListener('keydown', press);
}
