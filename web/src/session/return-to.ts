import { continueUrl, pages, signInUrl } from '@gatehouse/shared/paths'
import { useLocationProperty } from 'wouter/use-browser-location'

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
