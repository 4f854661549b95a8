import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '@gatehouse/shared/paths'
import type { SignedIn } from '@gatehouse/shared/session'
import { call } from '../api/call.ts'
import { announce } from '../ui/announce.ts'
import { setServerClock } from '../ui/server-clock.ts'
import { tellOtherTabs } from './other-tabs.ts'
import { identity, knownIdentity, setSession } from './session.ts'

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
