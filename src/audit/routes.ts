/** The audit over HTTP, for operators. */
import type { Accounts } from '../accounts/accounts.ts';
import { route, type App } from '../contract.ts';
import type { Audit } from './audit.ts';

export interface AuditRooms {
  readonly audit: Audit;
  readonly accounts: Pick<Accounts, 'requireOperator'>;
}

export function auditRoutes(app: App, { audit, accounts }: AuditRooms): void {
  app.route({
    ...route('getAudit'),
    handler: async (request) => {
      await accounts.requireOperator(request);
      return audit.run();
    },
  });
}
