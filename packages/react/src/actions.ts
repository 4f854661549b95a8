import {
  mutationOptions,
  type QueryClient,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { api, auth, continueUrl, pages, signInUrl } from '@gatehouse/contract/paths'
import type { Session, SignedIn } from '@gatehouse/contract/session'
import { signOutAddress } from './safe-address.ts'
import { ApiProblem, call } from './call.ts'
import { tellOtherTabs } from './session-channel.ts'
import { identity, knownIdentity, setSession, setSignedOut } from './session.ts'
import { announce } from './announce.ts'
import { setServerClock } from './server-clock.ts'
import { useLocationProperty } from 'wouter/use-browser-location'

export function useSignOut() {
  return useMutation(signOutMutation(useQueryClient()))
}

/**
 * Signs out here, then at Microsoft. A form's post would not do: its answer leads to another site, and
 * browsers hold every hop of a form to the `form-action` policy.
 */
export function signOutMutation(client: QueryClient) {
  return mutationOptions({
    mutationFn: signOut,
    onSuccess: (location) => {
      tellOtherTabs('signed-out')
      // The browser may keep this page for Back as it is left: empty.
      setSignedOut(client, 'leaving')
      window.location.assign(signOutAddress(location))
    },
  })
}

/**
 * @returns where to go on; our own page if the server's store did not answer: the cookie is gone then, and
 * Microsoft is not asked
 */
async function signOut(): Promise<unknown> {
  try {
    const { location } = await call<{ location: unknown }>(auth.signOut, { method: 'POST' })
    return location
  } catch (error) {
    const notStored = error instanceof ApiProblem && error.code === 'unavailable'
    // A failure on the way looks the same: only a server that knows no session of this browser counts.
    if (!notStored || (await call<Session>(api.session)).signedIn) throw error
    return `${pages.signedOut}?local=1&server=later`
  }
}

/** *Stay signed in*: the idle time starts again. */
export function useExtendSession() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => call<SignedIn>(api.extendSession, { method: 'POST' }),
    onSuccess: (session) => {
      // Who signed in elsewhere meanwhile has a session of their own.
      if (identity(session) !== knownIdentity(client)) return
      setServerClock(session.now)
      setSession(client, session)
      tellOtherTabs('extended')
      announce('You stay signed in.')
    },
  })
}

/** Pages that only make sense once: nobody wants to come back to them. */
const passing: string[] = [pages.signedOut, pages.signInProblem]

/** Where a sign-in that starts at this address should end: path, query and hash. */
export function returnTo(at: { pathname: string; search: string; hash: string }): string {
  return passing.includes(at.pathname) ? pages.home : at.pathname + at.search + at.hash
}

/** The address that signs in and comes back here; it follows every change of the address bar. */
export function useSignInUrl(): string {
  return useLocationProperty(() => signInUrl(returnTo(window.location)))
}

/**
 * The address that does what Microsoft asks for, and comes back here.
 *
 * @param url the `signInUrl` of an `interaction_required` answer; without one it is a plain sign-in
 */
export function useContinueUrl(url: string | undefined): string {
  return useLocationProperty(() => {
    const here = returnTo(window.location)
    return url ? continueUrl(url, here) : signInUrl(here)
  })
}
