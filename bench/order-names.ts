/** Orders of the bench are known by their number: what they, their fans and their payments are called. */

export const order_amount = 1_000;
/** As many fans as charge in the core's scenario. */
const ordering_fans = 50_000;

/** 22 characters, as every order's id. */
export const orderOf = (index: number): string => `benchorder${String(index).padStart(12, '0')}`;
export const paymentOf = (orderId: string): string => `pay-${orderId}`;
/** Of an order's own name, or of its payment's. */
export const orderOfPayment = (name: string): string => name.replace(/^pay-/, '');
export const ordererOf = (index: number): string => `bench-rich-${index % ordering_fans}`;
/** Those that nobody confirms, and that the gateway says nothing about. */
export const unclearOrderOf = (index: number): string => `benchunclear${String(index).padStart(10, '0')}`;
