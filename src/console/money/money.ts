/** What an operator sees of money from outside. It reads what the rooms wrote and changes nothing. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { MoneyConfig } from '../../config.ts';
import type { ReplyOf } from '../../contract.ts';
import type { Database } from '../../platform/database.ts';
import type { Language } from '../../platform/language.ts';
import type { CsvFile, WriteCsv } from '../desk/csv-file.ts';
import { daysOf, type Days } from './days.ts';
import { dayPieces, orderPieces } from './files.ts';
import { listOrders, type OrderQuery } from './orders.ts';
import { readStanding } from './standing.ts';
import { listWithdrawals, type WithdrawalQuery } from './withdrawals.ts';

export interface Money {
  standing(): Promise<ReplyOf<'getMoneyStanding', 200>>;
  /** Refusal: VALIDATION_FAILED for a cursor that is none. */
  orders(query: OrderQuery): Promise<ReplyOf<'listAllChargeOrders', 200>>;
  /** Refusal: VALIDATION_FAILED for a cursor that is none. */
  withdrawals(query: WithdrawalQuery): Promise<ReplyOf<'listAllWithdrawals', 200>>;
  /** Newest first. Refusal: VALIDATION_FAILED for days that are none, in the wrong order or more than 366. */
  days(days: Days): Promise<ReplyOf<'listMoneyDays', 200>>;
  /** Refusals: the same; `OverloadedError` when a few other files are being written. */
  daysFile(days: Days, language: Language): Promise<CsvFile>;
  ordersFile(days: Days, language: Language): CsvFile;
}

export interface MoneyRooms {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'findUsers' | 'usersOf'>;
  readonly money: Pick<MoneyConfig, 'charges' | 'sandbox'>;
  readonly writeCsv: WriteCsv;
}

export function createMoney(rooms: MoneyRooms): Money {
  const { sql } = rooms.database;
  return {
    standing: () => readStanding(rooms),
    orders: (query) => listOrders(rooms, query),
    withdrawals: (query) => listWithdrawals(rooms, query),
    days: (days) => daysOf(sql, days),
    daysFile: async (days, language) => {
      const told = await daysOf(sql, days);
      return rooms.writeCsv(fileName('money', days), () => dayPieces(told.days.toReversed(), language));
    },
    ordersFile: (days, language) => rooms.writeCsv(fileName('orders', days), orderPieces(sql, days, language)),
  };
}

function fileName(what: string, { from, to }: Days): string {
  return `${what}-${from}${from === to ? '' : `-to-${to}`}.csv`;
}
