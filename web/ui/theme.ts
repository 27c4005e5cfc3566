/** Light or dark: as the device has it, until somebody chooses. The choice is a cookie, so the server paints it right. */
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

export function chooseTheme(next: Theme): void {
  keepCookie({ name: 'theme', value: next, path: '/', seconds: year_seconds, sameSite: 'Lax' });
  document.documentElement.dataset['theme'] = next;
  theme.value = next;
}
