/** Opening a board by an id that anybody may have made up. */
import type { Catalog } from '../catalog/catalog.ts';
import { refuse } from '../refusals.ts';
import type { Board } from './board.ts';
import type { Boards } from './boards.ts';

/** Reading a room is dear, and asking about concerts that do not exist is everybody's: the catalog is asked first. */
export function createOpenBoards(boards: Boards, catalog: Pick<Catalog, 'concert'>) {
  const open = async (concertId: string): Promise<Board | undefined> =>
    boards.peek(concertId) ?? ((await catalog.concert(concertId)) === undefined ? undefined : boards.open(concertId));
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
