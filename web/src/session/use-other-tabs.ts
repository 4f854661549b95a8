import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { announce } from '../ui/announce.ts'
import { hearOtherTabs, tellOtherTabs } from './other-tabs.ts'
import { askAgain, setSignedOut } from './session.ts'
import { useSession } from './use-session.ts'

/** What happens in one tab happens in all: signing in and out, another person, more time. */
export function useOtherTabs(): void {
  const client = useQueryClient()
  useEffect(
    () =>
      hearOtherTabs((word) => {
        if (word === 'signed-out') {
          // Emptied first and asked then: on a shared computer the question may take too long.
          setSignedOut(client, 'signed-out')
          announce('You signed out in another tab.')
        }
        void askAgain(client)
      }),
    [client],
  )
  // A sign-in ends with a page that is loaded, whose first answer is the confirmation. What this page
  // hears later, the others hear as well.
  const { data } = useSession()
  const told = useRef(false)
  useEffect(() => {
    if (!data || told.current) return
    told.current = true
    if (data.signedIn) tellOtherTabs('signed-in')
  }, [data])
}
