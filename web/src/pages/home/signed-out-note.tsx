import { checkCircle, warning } from '../../ui/icons.generated.ts'
import { Note } from '../../ui/note.tsx'

type Props = {
  /** Microsoft was not told, so its session may remain. */
  onlyHere: boolean
  /** The server could not write it down, and does so as soon as it can. */
  notStored: boolean
}

/** Shown once after a sign-out. */
export function SignedOutNote({ onlyHere, notStored }: Props) {
  return (
    <Note icon={onlyHere ? warning : checkCircle} tone={onlyHere ? 'warning' : 'success'}>
      <p>
        <strong>You are signed out of this app.</strong>{' '}
        {notStored && 'The server could not store this yet and does so as soon as it can. '}
        {onlyHere && 'Your session at Microsoft may remain, for this app could not end it. '}
        On a shared computer, close the window as well.
      </p>
    </Note>
  )
}
