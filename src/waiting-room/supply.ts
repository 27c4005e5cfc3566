/**
 * What a line may be bound to: the seats that can be had. They are kept by a room to the right, which hands over how they are
 * counted; here it is said how many may be let in to them.
 */
import type { Sql, Statement, Tx } from '../platform/database.ts';

type Part = Statement<readonly unknown[]>;

/** How seats are counted, as parts of statements of whoever has locked the room. */
export interface Seats {
  /**
   * How many seats of the dates on sale are not sold, be they held or not, of the concert that `concertId` is or names: an
   * integer. What it counts falls only by transactions that have locked the room, and by time; so whoever reads it in a
   * statement behind that lock reads what holds until their commit.
   */
  left(sql: Sql | Tx, concertId: string | Part): Part;
  /** A row for a `from`: the same, and how many such dates there are. */
  onSale(sql: Sql, concertId: Part): Part;
  /** A row for a `from`: how many seats are held by live holds, and by how many fans. Looks at all live holds there are. */
  held(sql: Sql, concertId: Part): Part;
  /** When the last of the dates on sale begins, as an expression; null: there is none. */
  lastBegins(sql: Sql | Tx, concertId: string | Part): Part;
  /** What is told of the seats of the dates on sale: from memory, so at most a moment old. */
  counts(concertId: string): Promise<SeatCounts>;
}

/** Of the dates on sale. */
export interface SeatCounts {
  readonly available: number;
  readonly held: number;
  readonly sold: number;
}

/** A board, as far as it is told of seats. */
interface Countable {
  readonly concertId: string;
  supply: SeatCounts | undefined;
  hasOtherSeats: boolean;
}

export interface Supply extends Pick<Seats, 'left' | 'lastBegins'> {
  /** To be called once, before anybody is let in, by the room that keeps the seats; until then there are none. */
  by(seats: Seats): void;
  /** How they are counted, if that was said. */
  seats(): Seats | undefined;
  /** Puts what there is on this board. */
  count(board: Countable): Promise<void>;
}

export function createSupply(): Supply {
  let seats: Seats | undefined;
  return {
    by: (counted) => {
      seats = counted;
    },
    seats: () => seats,
    left: (sql, concertId) => seats?.left(sql, concertId) ?? sql`0`,
    lastBegins: (sql, concertId) => seats?.lastBegins(sql, concertId) ?? sql`null::timestamptz`,
    count: async (board) => {
      // Before it is counted, so that what changes meanwhile is counted once more.
      board.hasOtherSeats = false;
      const counts = await seats?.counts(board.concertId);
      if (counts !== undefined) board.supply = counts;
    },
  };
}
