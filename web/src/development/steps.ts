/** The steps of *Get started*: which are done, and how that is known. */
import { useSyncExternalStore } from 'react'
import { useQuery } from '@tanstack/react-query'
import { apiQuery, type KnownSession } from '@gatehouse/react'
import { api, pages } from '@gatehouse/shared/paths'
import { stepsKey } from '../layout/kept-storage.ts'

export const steps = ['signIn', 'token', 'breakIt', 'connect', 'ownPage'] as const

export type Step = (typeof steps)[number]

/** The pages of the sample. A page beyond these is the developer's own. */
const samplePages = new Set([
  'home',
  'signedOut',
  'signInProblem',
  'doctor',
  'claims',
  'users',
  'sessions',
])

/** The app as configured, and what fails now: asked again at every return to the window, for it changes elsewhere. */
export function useDevelopment() {
  return useQuery({
    ...apiQuery(api.development),
    staleTime: 0,
    refetchOnWindowFocus: 'always',
  })
}

/**
 * What is done as far as it shows now. Nothing is ticked because a link was pressed.
 *
 * @param session connected: the configuration names a tenant; signed in: there is a session
 * @param path token: its page is open, and signed in
 * @param active how many failures the tenant says are turned on
 */
export function doneNow(session: KnownSession, path: string, active: number): Step[] {
  const { signedIn, developer } = session
  const done: Record<Step, boolean> = {
    signIn: signedIn,
    token: signedIn && path === pages.claims,
    breakIt: active > 0,
    connect: developer?.localTenant === false,
    ownPage: Object.keys(pages).some((page) => !samplePages.has(page)),
  }
  return steps.filter((step) => done[step])
}

/** What cannot be seen any more once it is over. The others are read from how things are. */
const toRemember: readonly Step[] = ['signIn', 'token', 'breakIt']

let remembered: readonly Step[] = readSteps()
const listeners = new Set<() => void>()

/** Keeps the names of steps in this browser. */
export function remember(done: readonly Step[]): void {
  const fresh = done.filter((step) => toRemember.includes(step) && !remembered.includes(step))
  if (fresh.length === 0) return
  // Another tab may have stored more meanwhile.
  remembered = [...new Set([...readSteps(), ...remembered, ...fresh])]
  try {
    localStorage.setItem(stepsKey, remembered.join(' '))
  } catch {
    // Storage is disabled: the ticks last until the page is reloaded.
  }
  for (const listener of listeners) listener()
}

export function useRemembered(): readonly Step[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    () => remembered,
  )
}

/** Other words, of an older version or of a hand, are left out. */
function readSteps(): readonly Step[] {
  try {
    const words = (localStorage.getItem(stepsKey) ?? '').split(' ')
    return toRemember.filter((step) => words.includes(step))
  } catch {
    return []
  }
}
