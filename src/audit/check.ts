/** What a check is: a rule in words, and the query that finds what breaks it. */
import type { Tx } from '../platform/database.ts';

export interface Check {
  /** `I4 …`: the invariant's number in the design, and the rule. */
  readonly name: string;
  /** One row a breach, with what one needs to find it. `at`: the snapshot is no younger; as PostgreSQL writes it. */
  breaches(tx: Tx, at: string): ReturnType<Tx>;
}
