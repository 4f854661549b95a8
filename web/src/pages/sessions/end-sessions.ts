import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ownSession } from '@gatehouse/shared/paths'
import { ApiProblem } from '../../api/api-problem.ts'
import { call } from '../../api/call.ts'
import { apiQuery } from '../../api/use-api.ts'
import { announce } from '../../ui/announce.ts'

/** Ends one session that is not the one of this browser. */
export function useEndSession() {
  return useEnding(async (id: string) => {
    try {
      await call<undefined>(ownSession(id), { method: 'DELETE' })
    } catch (error) {
      // It ended by itself meanwhile: what was wanted.
      if (!(error instanceof ApiProblem && error.code === 'not_found')) throw error
    }
  }, 'The session has ended.')
}

/** Ends all sessions of the user but this one. @param done comes before the list is fetched again */
export function useEndOthers(done: () => void) {
  return useEnding(
    () => call<undefined>(api.sessions, { method: 'DELETE' }),
    'All other sessions have ended.',
    done,
  )
}

function useEnding<Which>(end: (which: Which) => Promise<void>, said: string, done?: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: end,
    onSuccess: async () => {
      done?.()
      await client.invalidateQueries(apiQuery(api.sessions))
      announce(said)
      // The button is gone with its session, and would take the focus along.
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
    },
  })
}
