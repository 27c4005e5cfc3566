/**
 * Light or dark: as the device has it, until somebody chooses. The choice is a cookie, so the server paints it right.
 * And whether the colours are the reader's own, as in a contrast theme of Windows.
 */
import { signal } from '@preact/signals';
import { keepCookie } from '../client/store.ts';

export type Theme = 'light' | 'dark';

const year_seconds = 365 * 86_400;
const device = matchMedia('(prefers-color-scheme: dark)');

function current(): Theme {
  const { theme } = document.documentElement.dataset;
  if (theme === 'light' || theme === 'dark') return theme;
  return device.matches ? 'dark' : 'light';
}

export const theme = signal<Theme>(current());
device.addEventListener('change', () => {
  theme.value = current();
});

const forced = matchMedia('(forced-colors: active)');

/** The reader's own colours are in force; grows with each change of them, 0 while the page has its own. */
export const forcedColors = signal(forced.matches ? 1 : 0);

function readForced(): void {
  forcedColors.value = forced.matches ? forcedColors.peek() + 1 : 0;
}

forced.addEventListener('change', readForced);
device.addEventListener('change', readForced);
// From one contrast theme to another no query changes; but to change it, one has been away from the page.
addEventListener('focus', () => {
  if (forced.matches) readForced();
});

export function chooseTheme(next: Theme): void {
  keepCookie({ name: 'theme', value: next, path: '/', seconds: year_seconds, sameSite: 'Lax' });
  document.documentElement.dataset['theme'] = next;
  theme.value = next;
}
