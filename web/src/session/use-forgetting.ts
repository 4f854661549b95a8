import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { others } from './session.ts'
import { useSession } from './use-session.ts'

/** Empties the cache once nobody is signed in and the protected pages are gone from the screen. */
export function useForgetting(): void {
  const client = useQueryClient()
  const signedOut = useSession().data?.signedIn === false
  useEffect(() => {
    if (!signedOut) return
    client.removeQueries(others)
    client.getMutationCache().clear()
  }, [client, signedOut])
}
