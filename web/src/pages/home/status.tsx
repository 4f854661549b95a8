import { Callout } from '../../ui/callout.tsx'
import { checkCircle, warning } from '../../ui/icons.generated.ts'
import css from './home.module.css'

type Props = {
  /** Microsoft was not asked, so its session may remain. */
  onlyHere: boolean
  /** The server could not store the sign-out yet. */
  notStored: boolean
}

/** The notice after a sign-out. */
export function SignedOutNote({ onlyHere, notStored }: Props) {
  return (
    <Callout icon={onlyHere ? warning : checkCircle} tone={onlyHere ? 'warning' : 'success'}>
      <p>
        <strong>You are signed out of this app.</strong>{' '}
        {notStored && 'The server could not store this yet and does so as soon as it can. '}
        {onlyHere && 'Your session at Microsoft may remain, for this app could not end it. '}
        On a shared computer, close the window as well.
      </p>
    </Callout>
  )
}

export function StatusLine({ name }: { name?: string }) {
  return (
    <p className={css.status} data-signed-in={name !== undefined}>
      {name === undefined ? (
        'Signed out'
      ) : (
        <>
          Signed in as <bdi>{name}</bdi>
        </>
      )}
    </p>
  )
}

/** The name for a greeting: Ada for "Ada Lovelace" and for "Lovelace, Ada (IT)". */
export function firstName(name: string): string {
  const given = name.includes(',') ? name.slice(name.indexOf(',') + 1) : name
  return given.trim().split(/\s+/)[0] || name
}
