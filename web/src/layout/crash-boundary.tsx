import { Component, type ReactNode, useEffect } from 'react'
import { OfflineCard } from '../api/connection/card.tsx'
import { SupportLink } from '../api/support-link.tsx'
import { Button } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { Details } from '../ui/details.tsx'
import { errorCircle } from '../ui/icons.generated.ts'
import { words } from './crash-words.ts'

type State = { error?: Error }

/** Shows a message in place of a part of the page that crashed. React requires a class for this. */
export class CrashBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = {}

  static getDerivedStateFromError(thrown: unknown): State {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (!error) return this.props.children
    // Without a connection the cause is page code that could not be fetched. The browser caches that failure.
    if (!navigator.onLine) return <Offline />
    return (
      <MessageCard icon={errorCircle} tone="danger" title={words.title} alert>
        <p>{words.text}</p>
        <Button onClick={reload}>{words.reload}</Button>
        <SupportLink />
        <Details
          title={words.details}
          entries={{
            [words.error]: `${error.name}: ${error.message}`,
            [words.page]: window.location.pathname,
          }}
        />
      </MessageCard>
    )
  }
}

/** Replaces a page whose code could not be fetched, and reloads with the next connection. */
function Offline() {
  useEffect(() => {
    window.addEventListener('online', reload)
    return () => window.removeEventListener('online', reload)
  }, [])
  return <OfflineCard retry={reload} heading="h1" />
}

function reload(): void {
  window.location.reload()
}
