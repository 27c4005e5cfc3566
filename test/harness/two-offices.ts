/** The ground of a file that asks whether servers agree: a house, and the box offices of two servers on it. */
import { after } from 'node:test';
import { boxOffice, type BoxOffice } from './box-office.ts';
import { openHouse, type House } from './house.ts';

export interface TwoOffices {
  readonly house: House;
  readonly one: BoxOffice;
  readonly other: BoxOffice;
}

/** Usage: `const { house, one, other } = await openTwoOffices();`. Closed after the tests of the file. */
export async function openTwoOffices(): Promise<TwoOffices> {
  const house = await openHouse();
  after(() => house.close());
  return { house, one: boxOffice(await house.start()), other: boxOffice(await house.start()) };
}
