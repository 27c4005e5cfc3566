/**
 * Notices of Toss Payments. PAYMENT_STATUS_CHANGED is not signed and carries a whole payment, of which only the order is
 * read; DEPOSIT_CALLBACK, for accounts that were given to pay into, has no wrapping and shows the secret of its payment.
 */
import type { Notice } from './terms.ts';

const order_id = /^[0-9a-z]{22}$/;
const secret_chars_max = 200;

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for whatever speaks of no order that could be ours. */
export function readTossNotice(body: Buffer): Notice | undefined {
  const notice = fieldsOf(parsed(body));
  if (notice['eventType'] === 'PAYMENT_STATUS_CHANGED') return noticeOf(fieldsOf(notice['data'])['orderId'], undefined);
  const isDeposit = notice['eventType'] === undefined || notice['eventType'] === 'DEPOSIT_CALLBACK';
  const { secret } = notice;
  if (!isDeposit || typeof secret !== 'string' || secret.length > secret_chars_max) return undefined;
  return noticeOf(notice['orderId'], secret);
}

function noticeOf(orderId: unknown, secret: string | undefined): Notice | undefined {
  if (typeof orderId !== 'string' || !order_id.test(orderId)) return undefined;
  return { orderId, isSigned: false, ...(secret === undefined ? {} : { secret }) };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
