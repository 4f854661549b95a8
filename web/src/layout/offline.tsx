import { useEffect } from 'react'
import { noConnection } from '../ui/icons.generated.ts'
import { MessageCard } from '../ui/message-card.tsx'

/** Stands for a page whose code is still on the server, and loads it when that can be reached. */
export function Offline() {
  useEffect(() => {
    const reload = () => window.location.reload()
    window.addEventListener('online', reload)
    return () => window.removeEventListener('online', reload)
  }, [])
  return (
    <MessageCard icon={noConnection} tone="warning" title="You are offline" alert>
      <p>We load this page when your connection is back.</p>
    </MessageCard>
  )
}
