import { useEffect, useRef } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { storageName } from '../storage.ts'
import { refetchSession, setSignedOut, useSession } from './session.ts'

/**
 * Messages to the other tabs of this browser, sent after the server has confirmed the change. They carry
 * no data of the user: a tab that receives one asks the server. If the browser blocks such channels,
 * each tab asks the server when it gets the focus.
 */
const messages = ['signed-in', 'signed-out', 'extended'] as const

type SessionMessage = (typeof messages)[number]

let channel: BroadcastChannel | undefined

/** Keeps all tabs in step: a sign-in, a sign-out, another user and an extended session reach every tab. */
export function useSessionChannel(): void {
  const client = useQueryClient()
  useEffect(
    () =>
      subscribe((message) => {
        if (message === 'signed-out') {
          // The page is emptied before the server answers: on a shared computer that may take too long.
          setSignedOut(client, 'signed-out')
        }
        void refetchSession(client)
      }),
    [client],
  )
  // A sign-in ends with a page load, whose first answer confirms the session. Later changes reach the
  // other tabs by messages of their own.
  const { data } = useSession()
  const sent = useRef(false)
  useEffect(() => {
    if (!data || sent.current) return
    sent.current = true
    if (data.signedIn) broadcast('signed-in')
  }, [data])
}

/** Sends a message to the other tabs, if the channel is open. */
export function broadcast(message: SessionMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
  channel?.postMessage(message)
}

/** Receives the messages of other tabs. @returns a function that stops it */
function subscribe(onMessage: (message: SessionMessage) => void): () => void {
  const open = () => {
    if (channel) return
    channel = openChannel()
    channel?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const message = messages.find((known) => known === data)
      if (message) onMessage(message)
    })
  }
  open()
  // A page in the back/forward cache receives nothing. It asks the server when it is shown again.
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
    return new BroadcastChannel(storageName('session'))
  } catch {
    return undefined
  }
}

function closeChannel(): void {
  channel?.close()
  channel = undefined
}
