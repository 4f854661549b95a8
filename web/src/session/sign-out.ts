import {
  mutationOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import { auth } from '@gatehouse/shared/paths'
import { signOutAddress } from '../api/answered-address.ts'
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
    mutationFn: () => call<{ location: string }>(auth.signOut, { method: 'POST' }),
    onSuccess: ({ location }) => {
      tellOtherTabs('signed-out')
      // The browser may keep this page for Back as it is left: empty.
      setSignedOut(client, 'leaving')
      window.location.assign(signOutAddress(location))
    },
  })
}
