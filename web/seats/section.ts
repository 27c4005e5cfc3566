/** A section of a hall as the contract has it. Apart from the rest, so that what only calculates needs no browser. */
import type { ReplyOf } from '../../src/contract.ts';

export type Section = ReplyOf<'getSeatMap', 200>['sections'][number];
