import { useMutation } from '@tanstack/react-query'
import { auth } from '@gatehouse/shared/paths'
import { call } from '../api/call.ts'

/**
 * Signs out here, then at Microsoft. A form's post would not do: its answer leads to another site, and
 * browsers hold every hop of a form to the `form-action` policy.
 */
export function useSignOut() {
  return useMutation({
    mutationFn: () => call<{ location: string }>(auth.signOut, { method: 'POST' }),
    onSuccess: ({ location }) => window.location.assign(location),
  })
}
