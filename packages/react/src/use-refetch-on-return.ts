import { useEffect } from 'react'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { serverNow } from './server-clock.ts'
import { refetchSession, sessionQuery } from './session.ts'

const pollMs = 5000
/** How far the two clocks of a browser may drift apart within `pollMs` before it has slept, in ms. */
const sleepThresholdMs = 5000

/** Asks the server when the user may have been away: on focus, after sleep, and on Back. */
export function useRefetchOnReturn(): void {
  const client = useQueryClient()
  useEffect(() => {
    const onFocus = () => {
      const { data } = client.getQueryState(sessionQuery.queryKey) ?? {}
      // A page that has just been loaded has a fresh answer.
      if (data && serverNow() - Date.parse(data.now) > 2000) refetchOnce(client)
    }
    // On some systems `performance.now()` stops during sleep, and `Date.now()` does not.
    let offset = Date.now() - performance.now()
    const timer = setInterval(() => {
      const now = Date.now() - performance.now()
      if (Math.abs(now - offset) > sleepThresholdMs) refetchOnce(client)
      offset = now
    }, pollMs)
    const onHide = () => setVisible(false)
    const onShow = ({ persisted }: PageTransitionEvent) => {
      if (persisted) void revealPage(client)
    }
    window.addEventListener('focus', onFocus)
    window.addEventListener('pagehide', onHide)
    window.addEventListener('pageshow', onShow)
    return () => {
      clearInterval(timer)
      window.removeEventListener('focus', onFocus)
      window.removeEventListener('pagehide', onHide)
      window.removeEventListener('pageshow', onShow)
    }
  }, [client])
}

/** Joins a request that is under way: several causes at the same moment are one request. */
function refetchOnce(client: QueryClient): void {
  void client.refetchQueries(sessionQuery, { cancelRefetch: false })
}

/** Shows a page from the back/forward cache after the server has said whose session it is now. */
async function revealPage(client: QueryClient): Promise<void> {
  await refetchSession(client)
  const { error } = client.getQueryState(sessionQuery.queryKey) ?? {}
  // Without an answer the page may be another user's: an error page is better than old data.
  if (error) await client.resetQueries(sessionQuery)
  setVisible(true)
}

/** `visibility` and not `display`: the page keeps its height, and with it the scroll position for Back. */
function setVisible(visible: boolean): void {
  document.documentElement.style.visibility = visible ? '' : 'hidden'
}
