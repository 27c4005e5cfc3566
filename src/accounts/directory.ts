/** The accounts themselves: the operator's, made at the start; names for the console; and sessions long ended. */
import type { Database, Tx } from '../platform/database.ts';
import { randomId } from '../platform/ids.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

export interface UserName {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'fan' | 'operator';
  readonly createdAt: Date;
}

interface Operator {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

const id_chars = 32;
const swept_max = 10_000;

/** See `Accounts.ensureOperator`. Several servers may start at once. */
export async function ensureOperator(database: Database, { email, password, name }: Operator): Promise<void> {
  const address = email.toLowerCase();
  const hash = await hashPassword(password);
  await database.transaction(async (tx) => {
    await tx`insert into users (id, name, email, role) values (${randomId(id_chars)}, ${name}, ${address}, 'operator')
      on conflict (email) do nothing`;
    const [user] = await tx<{ id: string }[]>`
      update users set role = 'operator', updated_at = now() where email = ${address} returning id`;
    if (user === undefined) throw new Error('the operator was deleted while it was made');
    await setPassword(tx, user.id, { password, hash });
  });
}

async function setPassword(
  tx: Tx,
  userId: string,
  { password, hash }: { password: string; hash: string },
): Promise<void> {
  const [before] = await tx<{ password: string | null }[]>`
    select password from accounts where provider_id = 'credential' and account_id = ${userId}`;
  if (before !== undefined && (await verifyPassword(before.password ?? '', password))) return;
  await tx`
    insert into accounts (id, account_id, provider_id, user_id, password)
    values (${randomId(id_chars)}, ${userId}, 'credential', ${userId}, ${hash})
    on conflict (provider_id, account_id) do update set password = excluded.password, updated_at = now()`;
  await tx`delete from sessions where user_id = ${userId}`;
}

export async function usersOf({ sql }: Database, userIds: readonly string[]): Promise<ReadonlyMap<string, UserName>> {
  const users = await sql<
    UserName[]
  >`select id, email, name, role, created_at as "createdAt" from users where id = any(${userIds as string[]}::text[])`;
  return new Map(users.map((user) => [user.id, user]));
}

/** Reads the whole table at worst: for people at a console, not for crowds. */
export async function findUsers({ sql }: Database, text: string, limit: number): Promise<readonly UserName[]> {
  if (text.includes('\0')) return [];
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql<UserName[]>`
    select id, email, name, role, created_at as "createdAt" from users where id = ${text} or email ilike ${pattern} or name ilike ${pattern}
    order by email limit ${limit}`;
}

/** Nobody can use them any more; this only keeps the tables small. */
export async function sweepSessions({ sql }: Database): Promise<void> {
  await sql`delete from sessions where id in (select id from sessions where expires_at < now() limit ${swept_max})`;
  await sql`delete from verifications where expires_at < now()`;
}
