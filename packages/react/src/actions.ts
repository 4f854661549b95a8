import {
  mutationOptions,
  type QueryClient,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { useLocationProperty } from 'wouter/use-browser-location'
import { api, auth, continueUrl, pages, signInUrl } from '@gatehouse/contract/paths'
import type { Session, SignedIn } from '@gatehouse/contract/session'
import { ApiProblem, call } from './api/call.ts'
import { appAddress, currentPath, ownPage, signOutAddress } from './safe-address.ts'
import { setServerClock } from './session/server-clock.ts'
import { broadcast } from './session/session-channel.ts'
import { identity, knownIdentity, setSession, setSignedOut } from './session/session.ts'

/** Signs the user out: `mutate()` ends the session here, then leads the browser to Microsoft. */
export function useSignOut() {
  return useMutation(signOutMutation(useQueryClient()))
}

/**
 * Signs out with a script. A form does not work: its answer redirects to another site, and browsers check
 * every redirect of a form against the `form-action` policy.
 */
export function signOutMutation(client: QueryClient) {
  return mutationOptions({
    mutationFn: signOut,
    onSuccess: (location) => {
      broadcast('signed-out')
      // The browser may keep this page for Back. It is emptied before.
      setSignedOut(client, 'signing-out')
      window.location.assign(signOutAddress(location))
    },
  })
}

/**
 * @returns where to go next; a page of this app if the server's store did not answer, because then the
 * cookie is gone and Microsoft was not asked
 */
async function signOut(): Promise<unknown> {
  try {
    const { location } = await call<{ location: unknown }>(auth.signOut, { method: 'POST' })
    return location
  } catch (error) {
    const notStored = error instanceof ApiProblem && error.code === 'unavailable'
    // A proxy's 503 looks the same, so the server is asked: the sign-out counts if it knows no session.
    if (!notStored || knowsSession(await call<Session>(api.session))) throw error
    return appAddress(`${pages.signedOut}?local=1&server=later`)
  }
}

function knowsSession(session: Session): boolean {
  return session.signedIn || session.deviceProof !== undefined
}

/**
 * *Stay signed in*: `mutate()` restarts the idle time.
 *
 * @param onExtended tells the user, in the words of the app
 */
export function useExtendSession(onExtended?: () => void) {
  return useMutation(extendMutation(useQueryClient(), onExtended))
}

/** The same without a word, for a user who is active. @param onExtended is called once it is. */
export function extendMutation(client: QueryClient, onExtended?: () => void) {
  return {
    mutationFn: () => call<SignedIn>(api.extendSession, { method: 'POST' }),
    /** @returns false if another user has signed in meanwhile, in another tab */
    onSuccess: (session: SignedIn): boolean => {
      if (identity(session) !== knownIdentity(client)) return false
      setServerClock(session.now)
      setSession(client, session)
      broadcast('extended')
      onExtended?.()
      return true
    },
  }
}

/** The address that signs in and comes back here. It follows every change of the address bar. */
export function useSignInUrl(): string {
  return useLocationProperty(() => appAddress(signInUrl(returnTo(window.location))))
}

/** The page to which a sign-in that starts here returns: a path of this app, for an address of one's own. */
export function useReturnTo(): string {
  return useLocationProperty(() => returnTo(window.location))
}

/**
 * The address that does what Microsoft asks for, and comes back here.
 *
 * @param url the `signInUrl` of an `interaction_required` answer; without one, a plain sign-in
 */
export function useContinueUrl(url: string | undefined): string {
  return useLocationProperty(() => {
    const here = returnTo(window.location)
    return url ? continueUrl(url, here) : appAddress(signInUrl(here))
  })
}

/** Pages that make sense once only. A sign-in that starts there ends at home. */
const transientPages: string[] = [pages.signedOut, pages.signInProblem]

/**
 * Where a sign-in that starts at this address ends: path of this app, query and hash. The sign-in problem page knows
 * where the failed sign-in was going.
 */
export function returnTo(at: { pathname: string; search: string; hash: string }): string {
  const here = currentPath(at)
  const [page = ''] = here.split(/[?#]/, 1)
  if (!transientPages.includes(page)) return here
  if (page !== pages.signInProblem) return pages.home
  const wanted = ownPage(new URLSearchParams(at.search).get('returnTo'))
  const [path = ''] = wanted?.split(/[?#]/, 1) ?? []
  return wanted === undefined || transientPages.includes(path) ? pages.home : wanted
}
