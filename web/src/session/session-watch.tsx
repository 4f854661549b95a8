import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import type { SignedIn } from '@gatehouse/contract/session'
import { useEffect } from 'react'
import { askAgain, identity, serverNow, sessionQuery, setSignedOut, timeLeft, useForgetting, useLastMinutes, useOtherTabs, useReturn, useSession, warnMs } from '@gatehouse/react'
import { SessionEnd } from './session-end.tsx'
import { SessionToast } from './session-toast.tsx'

/** Looks after the session while a page is open, and shows what has to be seen of that on every page. */
export function SessionWatch() {
  const { data } = useSession()
  useForgetting()
  useOtherTabs()
  useReturn()
  if (data?.signedIn) return <Ending key={identity(data)} session={data} />
  return data?.gone === 'ended' ? <SessionEnd /> : null
}

/** How often the last minutes are checked against the server, in ms: work in another tab moves the end. */
const checkEveryMs = 30_000

/** When the server is asked for the last time, in ms before the end. */
const lastCheckMs = 3000

function Ending({ session }: { session: SignedIn }) {
  const client = useQueryClient()
  const left = useLastMinutes(session)
  const check = checkOf(left)
  useEffect(() => {
    if (check === undefined) return
    const { data } = client.getQueryState(sessionQuery.queryKey) ?? {}
    const fresh = data && serverNow() - Date.parse(data.now) < 2000
    if (check === 'over') setSignedOut(client, 'ended')
    if (check === 'over' || !fresh) void askAgain(client)
  }, [client, check])
  useActivity(client, left <= warnMs)
  // Nobody is warned by an old answer: requests since then may have moved the end. A server that does
  // not answer is not waited for.
  const asked = timeLeft(session, Date.parse(session.now)).left
  const soon = asked <= warnMs || left <= warnMs - 10_000
  if (!soon || left > warnMs || left === 0) return null
  return <SessionToast session={session} left={left} />
}

/** Changes whenever the server has to be asked. */
function checkOf(left: number): number | 'last' | 'over' | undefined {
  if (left > warnMs) return undefined
  if (left === 0) return 'over'
  return left <= lastCheckMs ? 'last' : Math.ceil(left / checkEveryMs)
}

/** What a person does in the last minutes moves the end as well: then the warning is wrong at once. */
function useActivity(client: QueryClient, near: boolean): void {
  useEffect(() => {
    if (!near) return undefined
    return client.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated' || event.action.type !== 'success') return
      if (event.query.queryKey[0] !== sessionQuery.queryKey[0]) void askAgain(client)
    })
  }, [client, near])
}
