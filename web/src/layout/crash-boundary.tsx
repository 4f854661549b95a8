import { Component, type ReactNode, useEffect } from 'react'
import { Button } from '../ui/button.tsx'
import { Details } from '../ui/details.tsx'
import { errorCircle, noConnection } from '../ui/icons.generated.ts'
import { MessageCard } from '../ui/message-card.tsx'

type State = { error?: Error }

/** Shows a message where a part of the page crashed. React offers this to classes alone. */
export class CrashBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = {}

  static getDerivedStateFromError(thrown: unknown): State {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (!error) return this.props.children
    // Code of a page that could not be fetched, as a rule; the browser remembers the failure.
    if (!navigator.onLine) return <Offline />
    return (
      <MessageCard icon={errorCircle} tone="danger" title="This page has crashed" alert>
        <p>
          Not your fault. Load the page again; if it keeps happening, send us the details below.
        </p>
        <Button onClick={() => window.location.reload()}>Reload</Button>
        <Details
          title="Details"
          entries={{ Error: `${error.name}: ${error.message}`, Page: window.location.pathname }}
        />
      </MessageCard>
    )
  }
}

/** Stands for a page whose code is still on the server, and loads it when that can be reached. */
function Offline() {
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
