import { Component, type ReactNode, useEffect } from 'react'
import { ApiProblem } from '@gatehouse/react'
import { OfflineCard, UnreachableCard } from '../api/connection/card.tsx'
import { SupportLink } from '../api/support-link.tsx'
import { Button } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { reloadWhenReached } from '../reload-on-stale-chunk.ts'
import { Details } from '../ui/details.tsx'
import { errorCircle } from '../ui/icons.generated.ts'
import { PageFocus } from '../ui/page-focus.tsx'
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
    // The code of the page could not be fetched, and the browser caches that failure: see `reloadOnce`.
    if (error instanceof ApiProblem) return <NotReached />
    return (
      <MessageCard icon={errorCircle} tone="danger" title={words.title} alert>
        <PageFocus title={words.title} path={window.location.pathname} />
        <p>{words.text}</p>
        <Button onClick={reloadWhenReached}>{words.reload}</Button>
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
function NotReached() {
  useEffect(() => {
    window.addEventListener('online', reloadWhenReached)
    return () => window.removeEventListener('online', reloadWhenReached)
  }, [])
  const NotReachedCard = navigator.onLine ? UnreachableCard : OfflineCard
  return <NotReachedCard retry={reloadWhenReached} heading="h1" />
}
