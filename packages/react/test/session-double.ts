import type { SignedIn } from '@gatehouse/contract/session'

const now = '2026-11-23T12:00:00Z'

/** A session of Ada, as the server tells it. @param more what is different about it */
export function signedInSession(more: Partial<SignedIn> = {}): SignedIn {
  return {
    signedIn: true,
    user: { name: 'Ada', username: 'ada@x.example', objectId: 'a', roles: [] },
    tenantId: 't',
    localTenant: false,
    development: false,
    deviceBound: false,
    startedAt: now,
    idleSeconds: 3600,
    expiresAt: now,
    absoluteExpiresAt: now,
    now,
    ...more,
  }
}
