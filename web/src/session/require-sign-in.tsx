import type { ReactNode } from 'react'
import { Answer } from '../api/answer.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { identity, type KnownSession } from './session.ts'
import { SignInNeeded } from './sign-in-needed.tsx'
import { SignedInContext, useSession } from './use-session.ts'

type Props = { children: ReactNode }

/** Shows a protected page to the signed-in alone. The server decides again for every piece of data. */
export function RequireSignIn({ children }: Props) {
  const session = useSession()
  return (
    <Answer query={session} heading="h1">
      {(known) => <Protected session={known}>{children}</Protected>}
    </Answer>
  )
}

function Protected({ session, children }: Props & { session: KnownSession }) {
  if (session.signedIn) {
    // Another session gets a page of its own: no state of the first one survives.
    return (
      <SignedInContext key={identity(session)} value={session}>
        {children}
      </SignedInContext>
    )
  }
  // The dialog of `SessionEnd` stands before an empty page.
  if (session.gone === 'ended') return null
  return session.gone === 'leaving' ? <Waiting /> : <SignInNeeded />
}
