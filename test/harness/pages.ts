/** The ground of a file about pages: a house with a server, the box office of it, and a browser to look at it with. */
import { after } from 'node:test';
import type { Browser } from 'playwright-core';
import { boxOffice, type BoxOffice } from './box-office.ts';
import { openBrowser } from './browser.ts';
import { openHouse, type House } from './house.ts';
import type { Server } from './server.ts';

export interface Pages {
  readonly house: House;
  readonly server: Server;
  readonly office: BoxOffice;
  readonly browser: Browser;
}

/** Usage: `const { house, server, office, browser } = await openPages();`. Closed after the tests of the file. */
export async function openPages(): Promise<Pages> {
  const browser = await openBrowser();
  const house = await openHouse();
  after(() => Promise.allSettled([browser.close(), house.close()]));
  const server = await house.start();
  return { house, server, office: boxOffice(server), browser };
}
