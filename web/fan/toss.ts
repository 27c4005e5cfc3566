/**
 * Toss's own window, opened by Toss's script for browsers (v2, "standard"). Written after Toss's public documents and the types
 * of its package `@tosspayments/tosspayments-sdk` 2.8.1, and never verified against Toss: there was no way out to it where
 * this was written. What the script is given is tested with a stand-in. It runs only on the page of the checkout, whose
 * content policy alone lets it in (src/hall/site.ts).
 */
import type { Language } from '../words/language.ts';

const script_url = 'https://js.tosspayments.com/v2/standard';
const load_ms_max = 15_000;
/** The SDK's word for a buyer whom the shop does not name. */
const anonymous = '@@ANONYMOUS';

/** What an order's `checkout` carries for it. */
export interface TossCheckout {
  readonly clientKey: string;
  readonly orderId: string;
  readonly orderName: string;
  readonly successUrl: string;
  readonly failUrl: string;
}

interface PaymentWindow {
  requestPayment(request: {
    readonly method: 'CARD';
    readonly amount: { readonly currency: 'KRW'; readonly value: number };
    readonly orderId: string;
    readonly orderName: string;
    readonly successUrl: string;
    readonly failUrl: string;
  }): Promise<unknown>;
}

type TossPayments = (clientKey: string) => {
  payment(options: { readonly customerKey: string }): PaymentWindow;
};

export type TossEnd = 'closed' | 'not loaded' | 'not opened';

let loading: Promise<void> | undefined;

function load(): Promise<void> {
  loading ??= new Promise<void>((resolve, reject) => {
    const script = document.createElement('script');
    const fail = (): void => {
      script.remove();
      loading = undefined;
      reject(new Error(script_url));
    };
    const late = setTimeout(fail, load_ms_max);
    script.addEventListener('load', () => {
      clearTimeout(late);
      resolve();
    });
    script.addEventListener('error', () => {
      clearTimeout(late);
      fail();
    });
    script.src = script_url;
    document.head.append(script);
  });
  return loading;
}

/**
 * Opens the window: cards, and the ways to pay that Toss shows beside them. Once the fan has agreed there, the browser goes to
 * `successUrl`, and this does not resolve in time to matter; otherwise it resolves with how it ended.
 */
export async function openToss(checkout: TossCheckout, amount: number): Promise<TossEnd> {
  const { clientKey, orderId, orderName, successUrl, failUrl } = checkout;
  try {
    await load();
  } catch {
    return 'not loaded';
  }
  const { TossPayments: start } = window as { readonly TossPayments?: TossPayments };
  if (start === undefined) return 'not loaded';
  try {
    const payment = start(clientKey).payment({ customerKey: anonymous });
    const price = { currency: 'KRW', value: amount } as const;
    await payment.requestPayment({ method: 'CARD', amount: price, orderId, orderName, successUrl, failUrl });
    return 'closed';
  } catch (error) {
    return (error as { readonly code?: unknown } | null)?.code === 'USER_CANCEL' ? 'closed' : 'not opened';
  }
}

/** How Toss calls itself. */
export const tossName: Readonly<Record<Language, string>> = { ko: '토스페이먼츠', en: 'Toss Payments' };
