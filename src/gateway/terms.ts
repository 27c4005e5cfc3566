/** The words that every payment gateway is spoken to in: what it is asked, and what it may answer. */
import type { Bilingual } from '../refusals.ts';

export type MethodId = 'sandbox' | 'toss' | 'stripe';

/** Where money of a virtual account is sent back to. */
export interface RefundAccount {
  /** The gateway's code of the bank. */
  readonly bank: string;
  readonly number: string;
  readonly holder: string;
}

/** An order as a gateway has to know it. */
export interface GatewayOrder {
  /** 22 characters of [0-9a-z]; the gateway knows the payment by it. */
  readonly id: string;
  /** Whole units of the currency. */
  readonly amount: number;
  readonly currency: string;
  readonly expiresAt: Date;
  /** What the gateway calls it, if that is known. */
  readonly paymentKey: string | undefined;
  readonly refundAccount: RefundAccount | undefined;
}

/** What the browser needs to get there: an address to go to, or what the gateway's own script asks for. */
export type Checkout =
  | { readonly url: string }
  | {
      readonly clientKey: string;
      readonly orderId: string;
      readonly orderName: string;
      readonly successUrl: string;
      readonly failUrl: string;
    };

export interface Opened {
  readonly checkout: Checkout;
  /** What the gateway calls it, if it is called anything before it is paid. */
  readonly paymentKey?: string | undefined;
}

/** Where the browser comes back to. */
export interface Return {
  readonly successUrl: string;
  readonly failUrl: string;
  /** What is bought, in the fan's language. */
  readonly orderName: string;
}

/** Money that went back: by us, then with the id of the part that we asked for; or by somebody at the gateway. */
export interface Undone {
  readonly amount: number;
  readonly partId: string | undefined;
}

/** How a payment stands at the gateway, in its own words and not in those of whoever asks. */
export type Standing =
  /** It knows no payment of this order. */
  | { readonly state: 'ABSENT' }
  /**
   * Begun and not ended; `isAgreed`: the fan has agreed to it there, and it is for us to take the money or not. `secret` is what
   * the notices of a virtual account are known by, `until` when it gives up waiting.
   */
  | {
      readonly state: 'OPEN';
      readonly paymentKey?: string;
      readonly isAgreed?: true;
      readonly secret?: string;
      readonly until?: Date;
    }
  /** Ended, and no money came. The gateway's own code. */
  | { readonly state: 'FAILED'; readonly because: string }
  /** Money came, of which some or all may have gone back since. */
  | {
      readonly state: 'PAID';
      readonly orderId: string;
      readonly paymentKey: string;
      readonly amount: number;
      readonly currency: string;
      readonly undone: readonly Undone[];
      readonly secret?: string;
    };

/** What a gateway answers to the wish to confirm: how it stands, or that it will not, in its own code. */
export type Confirmed = Standing | { readonly state: 'REFUSED'; readonly because: string };

/** Part of a payment, to be sent back. */
export interface Part {
  /** Always the same for the same part: a repeat sends nothing twice. At most 30 characters of [0-9a-z-]. */
  readonly id: string;
  readonly amount: number;
}

/** `PENDING`: it took the wish and says later what came of it, by `lookUp`. */
export type SentBack = { readonly state: 'DONE' | 'PENDING' } | { readonly state: 'REFUSED'; readonly because: string };

/** What a notice speaks of. Nothing else of it is believed: it is a reason to ask. */
export interface Notice {
  readonly orderId: string;
  /** It is the gateway's for certain, by its signature. */
  readonly isSigned: boolean;
  /** It carries the secret of its order, to be compared before anybody is asked. */
  readonly secret?: string;
}

export interface Gateway {
  readonly id: MethodId;
  readonly name: Bilingual;
  /** Of one order, in whole units of the currency. */
  readonly minAmount: number;
  readonly maxAmount: number;
  /** Whether it can give an account to pay into, and sends back to the fan's own: `refundAccount`. */
  readonly takesDeposits: boolean;
  /** Makes ready what the browser needs. Asked again for the same order it answers the same. Rejects with `GatewayUnclear`. */
  open(order: GatewayOrder, back: Return): Promise<Opened>;
  /**
   * Takes the money that the fan agreed to. Asked again it takes nothing twice, and answers how it stands. Rejects with
   * `GatewayUnclear` if nobody knows what became of it.
   */
  confirm(order: GatewayOrder, paymentKey: string): Promise<Confirmed>;
  /** How it stands. Rejects with `GatewayUnclear`. */
  lookUp(order: GatewayOrder): Promise<Standing>;
  /** Sends a part back to where the money came from. Rejects with `GatewayUnclear`. */
  sendBack(order: GatewayOrder, part: Part): Promise<SentBack>;
  /**
   * Reads a notice: the headers and the bytes of its body. Undefined if it is of no use to us. Refuses with SIGNATURE_INVALID
   * where the gateway signs and this is not signed by it, or too long ago. Of a signed one it may have to be asked which
   * order it speaks of; then it may reject with `GatewayUnclear`, and should be sent again.
   */
  readNotice(
    headers: Readonly<Record<string, string | string[] | undefined>>,
    body: Buffer,
  ): Notice | undefined | Promise<Notice | undefined>;
}

/** No answer, or none that says how it stands: it is asked again, and never taken for a no. */
export class GatewayUnclear extends Error {
  constructor(what: string, cause?: unknown) {
    super(what, { cause });
    this.name = 'GatewayUnclear';
  }
}
