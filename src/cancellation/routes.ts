/** Giving back what was paid, over HTTP. */
export { dateRoutes } from './routes-dates.ts';
