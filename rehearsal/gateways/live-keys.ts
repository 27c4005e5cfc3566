/** Keys that move real money. */
import type { MoneyConfig } from '../../src/config.ts';

/** `live_sk_…` and `live_ck_…` of Toss; `sk_live_…` and the restricted `rk_live_…` of Stripe. */
const live = /^(?:live_|[a-z]+_live_)/;

/** The name of the first variable that holds one. */
export function liveKeyIn({ toss, stripe }: Pick<MoneyConfig, 'toss' | 'stripe'>): string | undefined {
  const keys = {
    TOSS_CLIENT_KEY: toss?.clientKey,
    TOSS_SECRET_KEY: toss?.secretKey,
    STRIPE_SECRET_KEY: stripe?.secretKey,
  };
  return Object.entries(keys).find(([, key]) => key !== undefined && live.test(key))?.[0];
}
