import { createContext, useContext, useEffect, useRef } from 'react'
import {
  type QueryClient,
  type QueryFilters,
  queryOptions,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { api } from '@gatehouse/contract/paths'
import type { Session, SignedIn, SignedOut } from '@gatehouse/contract/session'
import { ApiProblem, call, isUnproven } from '../api/call.ts'
import { forgetSentAnswers, pageSentAt, sentWithPage, sinceArrival } from '../api/sent-with-page.ts'
import { setServerClock } from './server-clock.ts'

const key = ['session'] as const

/**
 * Why a session that this page has shown is over. `ended`: it expired or was ended elsewhere; the user
 * is asked to sign in again. `signing-out`: the user signed out here, and the browser is on its way to
 * Microsoft. `signed-out`: the user signed out on purpose.
 */
export type SignOutReason = 'ended' | 'signing-out' | 'signed-out'

/**
 * The server's answer; for a signed-out user also what this page knows about the reason. With `deviceProof` there is a
 * session that this browser has not proven: nobody has signed out, so there is no reason.
 */
export type KnownSession = SignedIn | (SignedOut & { reason?: SignOutReason | undefined })

/** The one source of truth for who is signed in. */
export const sessionQuery = queryOptions<KnownSession, ApiProblem>({
  queryKey: key,
  queryFn: async ({ client, signal }) => {
    const session = await call<Session>(api.session, { signal })
    signal.throwIfAborted()
    setServerClock(session.now)
    if (isUnproven(session) && isShown(client)) throw new ApiProblem('device_proof_required', 401)
    clearOtherUsers(client, session)
    return session.signedIn ? session : { ...session, reason: signOutReason(client, session) }
  },
  initialData: () => {
    const session = sentWithPage(api.session) as Session | undefined
    if (session) setServerClock(session.now, sinceArrival())
    return isUnproven(session) ? undefined : session
  },
  initialDataUpdatedAt: pageSentAt,
  // Many parts of a page use the session at once. It changes elsewhere only while the user is away, so
  // every return to the window fetches it again.
  staleTime: 30_000,
  refetchOnWindowFocus: 'always',
})

/** Browsers make six proofs in nine minutes, and then none for a while, in ms. */
const proofPauseMs = 10 * 60_000

/**
 * Whether the page shows a session that the server has confirmed lately. Then a proof that is missing is a question that
 * failed, and the page stays with what was typed into it; whatever it asks for is refused meanwhile.
 */
function isShown(client: QueryClient): boolean {
  const { data, dataUpdatedAt = 0 } = client.getQueryState(sessionQuery.queryKey) ?? {}
  return data?.signedIn === true && Math.abs(Date.now() - dataUpdatedAt) < proofPauseMs
}

/** The session's state: `data` is undefined until the server has answered. */
export function useSession() {
  return useQuery(sessionQuery)
}

/** Gives `useUser` the session of the page below. */
export const SignedInContext = createContext<SignedIn | undefined>(undefined)

/**
 * The signed-in user, on a protected page: `name` and `username` to show, `objectId` as the key.
 *
 * @throws Error outside a `SignedInContext`: the user may be signed out there
 */
export function useUser(): SignedIn['user'] {
  const session = useContext(SignedInContext)
  if (!session) throw new Error('useUser is for pages that router.tsx marks as protected.')
  return session.user
}

/** Asks the server. This never extends the session, and cancels a request that is under way. */
export async function refetchSession(client: QueryClient): Promise<void> {
  await client.cancelQueries(sessionQuery)
  await client.refetchQueries(sessionQuery)
}

/** Makes `session` the truth, for instance after it was extended. Cancels a request that is under way. */
export function setSession(client: QueryClient, session: KnownSession): void {
  void client.cancelQueries(sessionQuery)
  clearOtherUsers(client, session)
  client.setQueryData(key, session)
}

/**
 * Marks the user as signed out, because the server said so. It does not ask the server: a request after
 * every 401 would get the next 401, in an endless loop.
 */
export function setSignedOut(client: QueryClient, reason: SignOutReason): void {
  const known = client.getQueryData(sessionQuery.queryKey)
  if (!known?.signedIn) return
  const { development, developer, now } = known
  const facts = { development, ...(developer && { developer }), now }
  setSession(client, { signedIn: false, ...facts, reason })
}

/** Undefined for a page that was loaded signed out: it has lost no session. */
function signOutReason(client: QueryClient, { deviceProof }: SignedOut): SignOutReason | undefined {
  if (deviceProof) return undefined
  const known = client.getQueryData(sessionQuery.queryKey)
  if (known?.signedIn) return 'ended'
  return known?.reason === 'signing-out' ? 'signed-out' : known?.reason
}

/**
 * Removes every answer of an earlier session, also those under way, before another session begins. On
 * sign-out the cache is cleared later, by `useClearCacheOnSignOut`: a protected page that is still
 * mounted would fetch the missing data again.
 */
function clearOtherUsers(client: QueryClient, next: KnownSession): void {
  if (!next.signedIn || knownIdentity(client) === identity(next)) return
  forgetSentAnswers()
  client.removeQueries(nonSessionQueries)
}

const nonSessionQueries: QueryFilters = { predicate: (query) => query.queryKey[0] !== key[0] }

/** Clears the cache once the user is signed out and the protected pages are unmounted. */
export function useClearCacheOnSignOut(): void {
  const client = useQueryClient()
  const signedIn = useSession().data?.signedIn
  // A page that was opened signed out holds nothing of a user, and its requests are under way.
  const wasSignedIn = useRef(false)
  useEffect(() => {
    if (signedIn) wasSignedIn.current = true
    if (signedIn !== false || !wasSignedIn.current) return
    wasSignedIn.current = false
    forgetSentAnswers()
    client.removeQueries(nonSessionQueries)
    client.getMutationCache().clear()
  }, [client, signedIn])
}

/**
 * Identifies a session: the tenant id and the object id are the user's key, and a user who signs in
 * again has another session. Empty if signed out.
 */
export function identity(session: KnownSession | undefined): string {
  if (!session?.signedIn) return ''
  return `${session.tenantId}/${session.user.objectId}/${session.startedAt}`
}

/** The identity of the session that this page shows. */
export function knownIdentity(client: QueryClient): string {
  return identity(client.getQueryData(sessionQuery.queryKey))
}
