/** The operator's pages begin here: who may come in, the frame, and the page that the address names. */
import { render } from 'preact';
import { loadUser } from '../client/session.ts';
import { Console } from './console.tsx';
import { startKeys } from './keys.ts';
import { startRouter } from './router.ts';

const page = document.getElementById('page');
if (page !== null) {
  startRouter();
  startKeys();
  loadUser().catch(() => undefined);
  page.replaceChildren();
  render(<Console />, page);
}
