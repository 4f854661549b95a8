import {
  mutationOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import { api, auth, pages } from '@gatehouse/shared/paths'
import type { Session } from '@gatehouse/shared/session'
import { signOutAddress } from '../api/answered-address.ts'
import { ApiProblem } from '../api/api-problem.ts'
import { call } from '../api/call.ts'
import { tellOtherTabs } from './other-tabs.ts'
import { setSignedOut } from './session.ts'

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
