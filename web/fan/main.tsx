/** The fan's pages begin here: the head of every page, and the page that the address names. */
import { render } from 'preact';
import { loadUser } from '../client/session.ts';
import { App } from './app.tsx';
import { followPlaces } from './places.ts';
import { startRouter } from './router.ts';

const page = document.getElementById('page');
if (page !== null) {
  startRouter();
  followPlaces(loadUser());
  page.replaceChildren();
  render(<App />, page);
}
