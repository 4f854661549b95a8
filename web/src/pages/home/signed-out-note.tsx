import { Callout } from '../../ui/callout.tsx'
import { checkCircle, warning } from '../../ui/icons.generated.ts'
import { signedOutWords as words } from './signed-out-words.ts'

type Props = {
  /** Microsoft was not asked, so its session may remain. */
  onlyHere: boolean
  /** The server could not store the sign-out yet. */
  notStored: boolean
}

/** The notice after a sign-out. */
export default function SignedOutNote({ onlyHere, notStored }: Props) {
  return (
    <Callout icon={onlyHere ? warning : checkCircle} tone={onlyHere ? 'warning' : 'success'}>
      <p>
        <strong>{words.title}</strong> {notStored && `${words.notStored} `}
        {onlyHere && `${words.onlyHere} `}
        {words.sharedComputer}
      </p>
    </Callout>
  )
}
