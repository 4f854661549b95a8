import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { announce } from './announce.ts'
import { askAgain, setSignedOut, useSession } from './session.ts'

/**
 * A word to the other tabs of this browser, said only after the server has confirmed it. It carries
 * nothing about anybody: whoever hears it asks the server. Browsers that block such channels have tabs
 * that ask when they are looked at.
 */
const words = ['signed-in', 'signed-out', 'extended'] as const

type Word = (typeof words)[number]

let channel: BroadcastChannel | undefined
let send: ((word: Word) => void) | undefined

export function tellOtherTabs(word: Word): void {
  send?.(word)
}

/** Hears the other tabs until the function that it returns is called. */
function hearOtherTabs(onWord: (word: Word) => void): () => void {
  const open = () => {
    if (channel) return
    channel = openChannel()
    send = channel?.postMessage.bind(channel)
    channel?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const word = words.find((known) => known === data)
      if (word) onWord(word)
    })
  }
  open()
  // A page that the browser keeps for Back hears nothing meanwhile, and asks when it is shown.
  window.addEventListener('pagehide', closeChannel)
  window.addEventListener('pageshow', open)
  return () => {
    window.removeEventListener('pagehide', closeChannel)
    window.removeEventListener('pageshow', open)
    closeChannel()
  }
}

function openChannel(): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel('session')
  } catch {
    return undefined
  }
}

function closeChannel(): void {
  channel?.close()
  channel = undefined
  send = undefined
}

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
