/** How the sale stands, asked again and again while the page is looked at. */
import { ask } from '../client/client.ts';
import { calledOffIn, type CalledOff, type Sale } from './markup.ts';

const sale_ms_min = 5_000;

/**
 * Asks at once, then after each answer, and again whenever the returned function is called. Less often further back, where
 * a poll comes only after `pollSeconds`: all who wait look at these facts, and together they would ask more than anything
 * else does. What fails leaves the last facts; the connection's own line says what is wrong.
 */
export function watchSale(
  concertId: string,
  {
    pollSeconds,
    onSale,
  }: { readonly pollSeconds: () => number; readonly onSale: (sale: Sale, calledOff: CalledOff | undefined) => void },
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const once = async (): Promise<void> => {
    if (document.visibilityState === 'hidden') return;
    const params = { concertId };
    const sale = await ask('getSale', { params });
    // Why no date is left is asked only then.
    onSale(
      sale,
      sale.performances.length > 0 ? undefined : calledOffIn((await ask('getConcert', { params })).performances),
    );
  };
  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(watch, Math.max(sale_ms_min, 2_000 * pollSeconds()) * (0.75 + Math.random() / 2));
  };
  const watch = (): void => {
    clearTimeout(timer);
    once().then(again, again);
  };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') watch();
  });
  watch();
  return watch;
}
