import { useId, useRef } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ApiProblem, apiQuery, call } from '@gatehouse/react'
import { api, ownSession } from '@gatehouse/shared/paths'
import { Button } from '../../ui/button.tsx'
import { focusHeading } from '../../ui/page-focus.tsx'
import { openModal } from '../../ui/top-layer.ts'
import css from './end-sessions.module.css'
import { words } from './words.ts'

type Props = {
  /** How many sessions would end. */
  count: number
  onEnded: () => void
}

/** Ends all sessions but this one, after a confirmation: work that is not saved there is lost. */
export function EndOthers({ count, onEnded }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [title, text] = [useId(), useId()]
  const close = () => dialog.current?.close()
  const end = useEndOthers(() => {
    close()
    onEnded()
  })
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
        {words.everywhere}
      </Button>
      <dialog
        ref={dialog}
        className={css.dialog}
        aria-labelledby={title}
        aria-describedby={text}
        closedby="any"
      >
        <div className={css.inner}>
          <h2 id={title}>{words.question}</h2>
          <p id={text}>{words.consequence(count)}</p>
          {end.isError && (
            <p className={css.failed} role="alert">
              {words.failed}
            </p>
          )}
          <div className={css.actions}>
            <Button variant="outline" onClick={close}>
              {words.cancel}
            </Button>
            <Button
              className={css.danger}
              disabled={end.isPending}
              onClick={() => end.mutate(undefined)}
            >
              {words.confirm(count)}
            </Button>
          </div>
        </div>
      </dialog>
    </div>
  )
}

/** Ends one session of another browser. @param done runs before the list is fetched again */
export function useEndSession(done: () => void) {
  return useEnding(async (id: string) => {
    try {
      await call<undefined>(ownSession(id), { method: 'DELETE' })
    } catch (error) {
      // It has ended by itself, which is the same result.
      if (!(error instanceof ApiProblem && error.code === 'not_found')) throw error
    }
  }, done)
}

/** Ends all sessions of the user but this one. @param done runs before the list is fetched again */
function useEndOthers(done: () => void) {
  return useEnding(() => call<undefined>(api.sessions, { method: 'DELETE' }), done)
}

function useEnding<Variables>(end: (variables: Variables) => Promise<void>, done: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: end,
    onSuccess: async () => {
      done()
      await client.invalidateQueries(apiQuery(api.sessions))
      // The focus would be lost when the button is removed with its session.
      focusHeading()
    },
  })
}
