import type { SignedIn } from '@gatehouse/contract/session'
import { identity, useSession, useSessionEnding, useSessionWatch } from '@gatehouse/react'
import { SessionEnd } from './session-end.tsx'
import { SessionToast } from './session-toast.tsx'

/** Looks after the session while a page is open, and shows what has to be seen of that on every page. */
export function SessionWatch() {
  const { data } = useSession()
  useSessionWatch()
  if (data?.signedIn) return <Ending key={identity(data)} session={data} />
  return data?.gone === 'ended' ? <SessionEnd /> : null
}

function Ending({ session }: { session: SignedIn }) {
  const left = useSessionEnding(session)
  return left === undefined ? null : <SessionToast session={session} left={left} />
}
