import { checkCircle, warning } from '../../ui/icons.generated.ts'
import { Note } from '../../ui/note.tsx'

/** Shown once after a sign-out. `onlyHere`: Microsoft was not told, so its session may remain. */
export function SignedOutNote({ onlyHere }: { onlyHere: boolean }) {
  return (
    <Note icon={onlyHere ? warning : checkCircle} tone={onlyHere ? 'warning' : 'success'}>
      <p>
        <strong>You are signed out of this app.</strong>{' '}
        {onlyHere && 'Your session at Microsoft may remain, for this app could not end it. '}
        On a shared computer, close the window as well.
      </p>
    </Note>
  )
}
