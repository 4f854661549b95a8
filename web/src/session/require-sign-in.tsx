import type { ReactNode } from 'react'
import { Failure } from '../api/failure.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { person } from './session.ts'
import { SignInNeeded } from './sign-in-needed.tsx'
import { useSessionEnd } from './time-left.ts'
import { SignedInContext, useSession } from './use-session.ts'
import type { SignedIn } from '@gatehouse/shared/session'

/** Shows a protected page to the signed-in alone. The server decides again for every piece of data. */
export function RequireSignIn({ children }: { children: ReactNode }) {
  const { data, error, refetch } = useSession()
  if (data?.signedIn) return <SignedInPage session={data}>{children}</SignedInPage>
  if (data) return <SignInNeeded />
  return error ? <Failure error={error} retry={refetch} /> : <Waiting />
}

function SignedInPage({ session, children }: { session: SignedIn; children: ReactNode }) {
  useSessionEnd(session)
  // Another person gets a page of their own: no state of the first one survives.
  return (
    <SignedInContext key={person(session)} value={session}>
      {children}
    </SignedInContext>
  )
}
