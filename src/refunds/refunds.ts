/** The door of the room that knows how refunds go, and keeps nothing. */
export {
  faultsInTerms,
  firstTerms,
  type GivenTerms,
  type RefundPolicy,
  type RefundRule,
  type RefundTerms,
} from './policy.ts';
export {
  percentOf,
  refundLess,
  refundOf,
  type NotRefunded,
  type PaidSeat,
  type Refund,
  type RefundAsked,
  type RefundedSeat,
  type RuleId,
} from './refund-of.ts';
export { sentenceOf, sentencesOf, type Bought } from './sentences.ts';
