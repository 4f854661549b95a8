import { useId, useRef } from 'react'
import { Button } from '../../ui/button.tsx'
import { useEndOthers } from './end-sessions.ts'
import css from './end-others.module.css'

/** Ends all sessions but this one, after a question: whoever works there loses what is not saved. */
export function EndOthers({ count }: { count: number }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [title, text] = [useId(), useId()]
  const close = () => dialog.current?.close()
  const end = useEndOthers(close)
  const one = count === 1
  return (
    <div>
      <Button
        look="outline"
        aria-haspopup="dialog"
        onClick={() => {
          end.reset()
          dialog.current?.showModal()
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
            <Button look="outline" onClick={close}>
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
