/** What the ways to pay are called here. */
import { say } from '../../words/words.ts';

const words = {
  ko: { sandbox: '모의 결제', toss: '토스페이먼츠', stripe: 'Stripe' },
  en: { sandbox: 'Sandbox', toss: 'Toss Payments', stripe: 'Stripe' },
};

export type Method = keyof (typeof words)['ko'];
export const methods: readonly Method[] = ['toss', 'stripe', 'sandbox'];
export const methodName = (of: Method): string => say(words)[of];
