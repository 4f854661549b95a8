/**
 * A word to the other tabs of this browser, said only after the server has confirmed it. It carries
 * nothing about anybody: whoever hears it asks the server. Browsers that block such channels have tabs
 * that ask when they are looked at.
 */
const words = ['signed-in', 'signed-out', 'extended'] as const

export type Word = (typeof words)[number]

let channel: BroadcastChannel | undefined
let send: ((word: Word) => void) | undefined

export function tellOtherTabs(word: Word): void {
  send?.(word)
}

/** Hears the other tabs until the function that it returns is called. */
export function hearOtherTabs(onWord: (word: Word) => void): () => void {
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
