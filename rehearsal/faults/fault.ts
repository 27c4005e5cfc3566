/** What every fault is: something breaks in mid-sale, and is mended. */
import type { Finding } from '../checks/check.ts';
import type { Running } from '../sale.ts';
import type { Field, FieldOptions } from './field.ts';

/** The history from just before something broke until all was whole again, in its own milliseconds. */
export interface Broken {
  readonly historyFile: string;
  readonly from: number;
  readonly until: number;
}

export interface Fault {
  /** Short, for `--only` and the table. */
  readonly name: string;
  readonly what: string;
  readonly field?: Omit<FieldOptions, 'servers' | 'balance'>;
  /** Seconds that it lasts longer than what lasts, lasts. */
  readonly moreSeconds?: number;
  /** Another sale than usual. */
  readonly sale?: {
    /** So many times the fans, and the seats. */
    readonly fansTimes?: number;
    /** It strikes when this share of the seats is sold; soon after the beginning, unless told otherwise. */
    readonly begunAt?: number;
    readonly options?: Readonly<Record<string, number>>;
  };
  /** Breaks and mends. Returns when everything that it broke is whole again; answers what there is to tell about it. */
  strike(field: Field, seconds: number, running: Running): Promise<string>;
  /** What else has to be so, beside what always has. */
  judge?(broken: Broken): Promise<Finding>;
  /** Why it cannot be done here, if it cannot. */
  impossible?(): string | undefined;
}
