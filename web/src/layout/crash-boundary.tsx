import { Component, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Details } from '../ui/details.tsx'
import { errorCircle } from '../ui/icons.generated.ts'
import { MessageCard } from '../ui/message-card.tsx'
import { Offline } from './offline.tsx'

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
