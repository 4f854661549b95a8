import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '@gatehouse/shared/paths'
import type { Session } from '@gatehouse/shared/session'
import { call } from '../api/call.ts'
import { announce } from '../ui/announce.ts'
import { setSession } from './session.ts'

/** *Stay signed in*: the idle time starts again. */
export function useExtendSession() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => call<Session>(api.extendSession, { method: 'POST' }),
    onSuccess: (session) => {
      setSession(client, session)
      announce('You stay signed in.')
    },
  })
}
