/** Who may see and change applications and service principals. */

import type { Entry } from '../../registry/registry.ts'
import { denied, requireScope, type Caller } from '../bearer.ts'

const writeScopes = ['Application.ReadWrite.All', 'Directory.ReadWrite.All']
const readScopes = [...writeScopes, 'Application.Read.All', 'Directory.Read.All']

/** @throws GraphError 403 */
export function requireReader(caller: Caller): void {
  requireScope(caller, readScopes)
}

/** @throws GraphError 403 without the permission, and for everybody but administrators */
export function requireWriter(caller: Caller): void {
  requireScope(caller, writeScopes)
  if (!caller.user.isAdmin) throw denied()
}

/** Administrators see everything, others what they own, and what is not registered here. */
export function maySee({ user }: Caller, entry: Entry): boolean {
  return user.isAdmin || entry.ownerId === user.id || !entry.isRegistered
}
