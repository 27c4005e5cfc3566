/** The wallet over HTTP. */
import type { Accounts, Identity } from '../accounts/accounts.ts';
import { currency, pageLimitDefault, route, type App } from '../contract.ts';
import type { Wallet } from './wallet.ts';

export interface WalletRooms {
  readonly wallet: Wallet;
  readonly accounts: Pick<Accounts, 'identify'>;
}

type Asking = Parameters<Accounts['identify']>[0];

/** Who asks to fill a wallet for the asking. Throws or rejects as `identify` does, and with CHARGE_NOT_ALLOWED. */
export function chargerOf({ wallet, accounts }: WalletRooms, request: Asking): Identity | Promise<Identity> {
  const permitted = (identity: Identity): Identity => {
    wallet.permitCharge(identity);
    return identity;
  };
  const identity = accounts.identify(request);
  return identity instanceof Promise ? identity.then(permitted) : permitted(identity);
}

export function walletRoutes(app: App, { wallet, accounts }: WalletRooms): void {
  app.route({
    ...route('createCharge'),
    handler: async (request, reply) => {
      const { userId } = await chargerOf({ wallet, accounts }, request);
      const { answer, replayed } = await wallet.charge(userId, request.headers['idempotency-key'], request.body.amount);
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply.code(201).send(answer);
    },
  });
  app.route({
    ...route('getWallet'),
    handler: async (request) => {
      const { userId } = await accounts.identify(request);
      return { balance: await wallet.balance(userId), currency };
    },
  });
  app.route({
    ...route('listWalletEntries'),
    handler: async (request) => {
      const { userId } = await accounts.identify(request);
      const { limit = pageLimitDefault, cursor } = request.query;
      return wallet.entries(userId, { limit, cursor });
    },
  });
}
