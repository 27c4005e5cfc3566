/** Opening a board by an id that anybody may have made up. */
import type { Catalog } from '../catalog/catalog.ts';
import { refuse } from '../refusals.ts';
import type { Board } from './board.ts';
import type { Boards } from './boards.ts';
import type { Supply } from './supply.ts';

/** Reading a room is dear, and asking about concerts that do not exist is everybody's: the catalog is asked first. */
export function createOpenBoards(boards: Boards, catalog: Pick<Catalog, 'concert'>, supply: Pick<Supply, 'count'>) {
  const openOf = async (concertId: string): Promise<Board | undefined> =>
    (await catalog.concert(concertId)) === undefined ? undefined : boards.open(concertId);
  const open = async (concertId: string): Promise<Board | undefined> => {
    const board = boards.peek(concertId) ?? (await openOf(concertId));
    // While somebody is in the line a duty counts them.
    if (board?.settings.boundToSupply === true && (board.supply === undefined || !board.isLive))
      await supply.count(board);
    return board;
  };
  return {
    open,
    /** Refuses with NOT_FOUND. */
    openBoard: async (concertId: string): Promise<Board> => {
      const board = await open(concertId);
      if (board === undefined) throw refuse('NOT_FOUND');
      return board;
    },
  };
}
