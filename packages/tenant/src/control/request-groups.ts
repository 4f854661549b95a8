/** Groups the requests of the journal by the sign-in that they belong to, so that one sign-in can be read as a whole. */

import { decodeJwt } from 'jose'
import type { TenantUser } from '../directory/directory.ts'
import type { JournalEntry } from '../journal.ts'
import type { TenantState } from '../tenant-state.ts'
import { locateUser } from '../tenants/lookup.ts'
import { peopleOf } from '../tenants/people.ts'
import { homeOf } from '../tenants/visitors.ts'
import { openRefreshToken } from '../tokens/refresh-token.ts'

export interface RequestGroup {
  /** Of the first request, ms since the epoch. */
  at: number
  /** Whether it begins with an authorization request. */
  isSignIn: boolean
  /** Whether it may show no page (`prompt=none`): a hidden frame, or a program that checks something. */
  isSilent: boolean
  /** What the program calls itself in `x-client-SKU`, as MSAL does. */
  program: string | undefined
  /** The name of the application. */
  app: string | undefined
  /** Known once the user is chosen. */
  user: TenantUser | undefined
  /** The newest first. */
  entries: JournalEntry[]
}

interface Draft extends RequestGroup {
  clientId: string | undefined
  state: string | undefined
  nonce: string | undefined
}

/**
 * A group begins at a request of the authorize endpoint with a new `state`. The code of a token request, a refresh
 * token and the access token of an API request say which user they are of, and belong to that user's latest sign-in.
 * Any other request, such as one for keys, belongs to the sign-in before it.
 *
 * @param entries the oldest first
 * @returns the newest group first
 */
export function groupRequests(
  tenant: TenantState,
  entries: readonly JournalEntry[],
): RequestGroup[] {
  const groups: Draft[] = []
  for (const entry of entries) {
    let group = findGroup(tenant, groups, entry)
    if (!group) {
      group = newGroup(tenant, entry)
      groups.push(group)
    }
    group.entries.unshift(entry)
  }
  return groups.toReversed()
}

/**
 * Whom a request is of, as far as the request itself says so: its place in a group may be a guess.
 *
 * @returns the user, or else the name of the application
 */
export function requesterOf(
  tenant: TenantState,
  { user, app }: RequestGroup,
  entry: JournalEntry,
): { user: TenantUser | undefined; app: string | undefined } {
  if (isAuthorize(entry)) return { user, app }
  const { tenants, codes } = tenant
  const { body } = entry
  const grant = codes.find(textOf(body, 'code') ?? '')
  const userId = grant?.userId ?? refreshedId(tenant, body) ?? bearerId(entry)
  const clientId = textOf(body, 'client_id') ?? bearerClaim(entry, 'appid')
  return {
    user: userId === undefined ? undefined : locateUser(tenants, userId)?.user,
    app: clientId === undefined ? undefined : nameOfClient(tenant, clientId),
  }
}

function findGroup(
  tenant: TenantState,
  groups: readonly Draft[],
  entry: JournalEntry,
): Draft | undefined {
  const { query, body } = entry
  if (!isAuthorize(entry)) {
    return ofToken(tenant, groups, entry) ?? ofUser(groups, bearerId(entry)) ?? groups.at(-1)
  }
  const known = groups.findLast((group) => group.isSignIn && isSame(group, query))
  // The user that a page of the tenant was sent for.
  const chosen = textOf(body, 'user') ?? textOf(body, 'q')
  if (known && chosen !== undefined) known.user ??= chosenUser(tenant, chosen)
  return known
}

/** Also the forms of the tenant's own pages, which the journal does not count as requests of the application. */
function isAuthorize({ path }: JournalEntry): boolean {
  return path.endsWith('/oauth2/v2.0/authorize')
}

function isSame(group: Draft, query: JournalEntry['query']): boolean {
  const { state, client_id: clientId } = query
  return state !== undefined && state === group.state && clientId === group.clientId
}

/** By the code or the refresh token of a token request. */
function ofToken(
  tenant: TenantState,
  groups: readonly Draft[],
  { endpoint, body }: JournalEntry,
): Draft | undefined {
  if (endpoint !== 'token') return undefined
  const code = textOf(body, 'code')
  const grant = code === undefined ? undefined : tenant.codes.find(code)
  if (!grant) return ofUser(groups, refreshedId(tenant, body))
  const group =
    groups.findLast(({ nonce }) => nonce !== undefined && nonce === grant.nonce) ?? groups.at(-1)
  if (group?.isSignIn) group.user ??= locateUser(tenant.tenants, grant.userId)?.user
  return group
}

function nameOfClient(tenant: TenantState, clientId: string): string | undefined {
  return homeOf(tenant, clientId).registry.client(clientId)?.name
}

function chosenUser({ tenants }: TenantState, text: string): TenantUser | undefined {
  const all = peopleOf(tenants)
  return (all.byId(text) ?? all.bySignInName(text))?.user
}

function ofUser(groups: readonly Draft[], userId: string | undefined): Draft | undefined {
  if (userId === undefined) return undefined
  return groups.findLast(({ user }) => user?.id === userId)
}

function refreshedId(tenant: TenantState, body: unknown): string | undefined {
  const token = textOf(body, 'refresh_token')
  if (token === undefined) return undefined
  try {
    return openRefreshToken(tenant, token, textOf(body, 'client_id') ?? '').userId
  } catch {
    // Expired, or not the tenant's.
    return undefined
  }
}

function bearerId(entry: JournalEntry): string | undefined {
  return bearerClaim(entry, 'oid')
}

/** A claim of an access token; not verified, because it only sorts. */
function bearerClaim({ headers }: JournalEntry, name: 'oid' | 'appid'): string | undefined {
  const { authorization } = headers
  if (typeof authorization !== 'string') return undefined
  try {
    const value = decodeJwt(authorization.replace(/^bearer /i, ''))[name]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function newGroup(tenant: TenantState, entry: JournalEntry): Draft {
  const { at, query } = entry
  const isSignIn = isAuthorize(entry)
  const text = (name: string) => textOf(query, name)
  const clientId = isSignIn ? text('client_id') : undefined
  return {
    at,
    isSignIn,
    isSilent: isSignIn && text('prompt') === 'none',
    program: isSignIn ? text('x-client-SKU') : undefined,
    app: clientId === undefined ? undefined : nameOfClient(tenant, clientId),
    user: undefined,
    entries: [],
    clientId,
    state: text('state'),
    nonce: text('nonce'),
  }
}

function textOf(members: unknown, name: string): string | undefined {
  if (typeof members !== 'object' || members === null) return undefined
  const value: unknown = Object.entries(members).find(([key]) => key === name)?.[1]
  return typeof value === 'string' && value !== '' ? value : undefined
}
