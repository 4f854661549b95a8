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
 * Who is signed in, on a protected page: `name` and `username` to show, `objectId` as the key.
 *
 * @throws on a page that `router.tsx` does not list as protected: there may be nobody
 */
export function useUser(): SignedIn['user'] {
  const session = useContext(SignedInContext)
  if (!session) throw new Error('useUser is for pages that router.tsx marks as protected.')
  return session.user
}
