import { useId, useRef } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { announce, ApiProblem, apiQuery, call } from '@gatehouse/react'
import { api, ownSession } from '@gatehouse/shared/paths'
import { Button } from '../../ui/button.tsx'
import { openModal } from '../../ui/top-layer.ts'
import css from './end-sessions.module.css'

/** Ends all sessions but this one, after a confirmation: work that is not saved there is lost. */
export function EndOthers({ count }: { count: number }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [title, text] = [useId(), useId()]
  const close = () => dialog.current?.close()
  const end = useEndOthers(close)
  const one = count === 1
  return (
    <div>
      <Button
        variant="outline"
        aria-haspopup="dialog"
        onClick={() => {
          end.reset()
          openModal(dialog.current)
        }}
      >
        End all other sessions
      </Button>
      <dialog
        ref={dialog}
        className={css.dialog}
        aria-labelledby={title}
        aria-describedby={text}
        closedby="any"
      >
        <div className={css.inner}>
          <h2 id={title}>End {one ? 'the other session' : `all ${count} other sessions`}?</h2>
          <p id={text}>
            Whoever uses {one ? 'it' : 'them'} has to sign in again. You stay signed in on this
            device.
          </p>
          {end.isError && (
            <p className={css.failed} role="alert">
              That did not work. Try again.
            </p>
          )}
          <div className={css.actions}>
            <Button variant="outline" onClick={close}>
              Cancel
            </Button>
            <Button disabled={end.isPending} onClick={() => end.mutate(undefined)}>
              End {one ? 'it' : 'them'}
            </Button>
          </div>
        </div>
      </dialog>
    </div>
  )
}

/** Ends one session of another browser. */
export function useEndSession() {
  return useEnding(async (id: string) => {
    try {
      await call<undefined>(ownSession(id), { method: 'DELETE' })
    } catch (error) {
      // It has ended by itself, which is the same result.
      if (!(error instanceof ApiProblem && error.code === 'not_found')) throw error
    }
  }, 'The session has ended.')
}

/** Ends all sessions of the user but this one. @param done runs before the list is fetched again */
function useEndOthers(done: () => void) {
  return useEnding(
    () => call<undefined>(api.sessions, { method: 'DELETE' }),
    'All other sessions have ended.',
    done,
  )
}

function useEnding<Variables>(
  end: (variables: Variables) => Promise<void>,
  message: string,
  done?: () => void,
) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: end,
    onSuccess: async () => {
      done?.()
      await client.invalidateQueries(apiQuery(api.sessions))
      announce(message)
      // The focus would be lost when the button is removed with its session.
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
    },
  })
}
