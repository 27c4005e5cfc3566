/** What the address asks for, so that what an operator found can be shared and opened again. */
import { go } from '../router.ts';

export function queryOf(address: string): URLSearchParams {
  return new URLSearchParams(address.split('?')[1] ?? '');
}

/** Goes to the same page with these fields; empty ones are left out. */
export function goTo(path: string, query: Readonly<Record<string, string>>): void {
  go(addressOf(path, query));
}

export function addressOf(path: string, query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** What somebody wrote into a field of a form. */
export function fieldOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
}
