/** The door of the room that knows how refunds go, and keeps nothing. */
export {
  faultsInTerms,
  firstTerms,
  type GivenTerms,
  type RefundPolicy,
  type RefundRule,
  type RefundTerms,
} from './policy.ts';
