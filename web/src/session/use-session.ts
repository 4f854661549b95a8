import { useQuery } from '@tanstack/react-query'
import type { SignedIn } from '@gatehouse/shared/session'
import { createContext, useContext } from 'react'
import { sessionQuery } from './session.ts'

/** The session's state: `data` is undefined while it is not known yet. */
export function useSession() {
  return useQuery(sessionQuery)
}

export const SignedInContext = createContext<SignedIn | undefined>(undefined)

/**
 * The session of the person who is signed in, on a protected page.
 *
 * @throws on a page that `router.tsx` does not list as protected: there may be nobody
 */
export function useUser(): SignedIn {
  const session = useContext(SignedInContext)
  if (!session) throw new Error('useUser is for pages that router.tsx marks as protected.')
  return session
}
