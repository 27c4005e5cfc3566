/** The door of the room that knows how refunds go, and keeps nothing. */
export { faultsInTerms, firstTerms, type GivenTerms, type RefundPolicy, type RefundTerms } from './policy.ts';
export {
  percentOf,
  refundLess,
  refundOf,
  type PaidSeat,
  type Refund,
  type RefundAsked,
  type RefundedSeat,
  type RuleId,
} from './refund-of.ts';
export { sentenceOf, sentencesOf } from './sentences.ts';
