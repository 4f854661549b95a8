import { Button } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { noConnection } from '../ui/icons.generated.ts'
import { actions, failures } from './words.ts'

type Props = {
  /** For a browser that is wrong about its connection. */
  retry: () => unknown
  heading?: 'h1' | 'h2' | undefined
}

/** Replaces what could not be loaded without a connection. The page goes on by itself with the next one. */
export function OfflineCard({ retry, heading = 'h2' }: Props) {
  const { title, text } = failures.offline
  return (
    <MessageCard icon={noConnection} tone="warning" title={title} heading={heading} alert>
      <p>{text}</p>
      <Button variant="outline" onClick={() => void retry()}>
        {actions.tryAgain}
      </Button>
    </MessageCard>
  )
}
