/** The door of the room where what was paid is given back. */
export { createDates, type Dates } from './dates.ts';
