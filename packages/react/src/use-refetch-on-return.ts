import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { serverNow } from './server-clock.ts'
import { askAgain, sessionQuery } from './session.ts'

/** How far the two clocks of a browser may drift apart in a look's time before it has slept, in ms. */
const slept = 5000
const lookEveryMs = 5000

/** Asks the server whenever somebody may have been away: back to this window, from sleep, or by Back. */
export function useReturn(): void {
  const client = useQueryClient()
  useEffect(() => {
    const onFocus = () => {
      const { data } = client.getQueryState(sessionQuery.queryKey) ?? {}
      // The answer that a page has just been loaded with is not asked for twice.
      if (data && serverNow() - Date.parse(data.now) > 2000) askOnce(client)
    }
    // On some systems the steady clock stands still in sleep, and the browser's own one does not.
    let apart = Date.now() - performance.now()
    const timer = setInterval(() => {
      const now = Date.now() - performance.now()
      if (Math.abs(now - apart) > slept) askOnce(client)
      apart = now
    }, lookEveryMs)
    const hide = () => show(false)
    const onShow = ({ persisted }: PageTransitionEvent) => {
      if (persisted) void showAgain(client)
    }
    window.addEventListener('focus', onFocus)
    window.addEventListener('pagehide', hide)
    window.addEventListener('pageshow', onShow)
    return () => {
      clearInterval(timer)
      window.removeEventListener('focus', onFocus)
      window.removeEventListener('pagehide', hide)
      window.removeEventListener('pageshow', onShow)
    }
  }, [client])
}

/** Several reasons to ask at the same moment are one question. */
function askOnce(client: QueryClient): void {
  void client.refetchQueries(sessionQuery, { cancelRefetch: false })
}

/** A page that the browser has kept is as old as when it was left: it shows nothing before the answer. */
async function showAgain(client: QueryClient): Promise<void> {
  await askAgain(client)
  const { error } = client.getQueryState(sessionQuery.queryKey) ?? {}
  // Nobody knows whose page it is now: better a page that says so than an old one.
  if (error) await client.resetQueries(sessionQuery)
  show(true)
}

/** Not `display`: the page keeps its height, and with it the place that Back comes back to. */
function show(shown: boolean): void {
  document.documentElement.style.visibility = shown ? '' : 'hidden'
}
