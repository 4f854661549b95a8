/** Cards for a server that did not answer. */
import { Button } from '../../ui/button.tsx'
import { MessageCard } from '../../ui/card.tsx'
import { noConnection } from '../../ui/icons.generated.ts'
import { focusHeading, PageFocus } from '../../ui/page-focus.tsx'
import { words } from './words.ts'

type Props = { retry: () => unknown; heading?: 'h1' | 'h2' | undefined }

/**
 * Replaces what could not be loaded without a connection. The page goes on by itself with the next one; the button
 * is for a browser that is wrong about that.
 */
export function OfflineCard(props: Props) {
  return <ConnectionCard {...props} {...words.offline} variant="outline" />
}

/** The request did not get through, or no answer came in time. */
export function UnreachableCard(props: Props) {
  return <ConnectionCard {...props} {...words.unreachable} variant="primary" />
}

type CardProps = Props & { title: string; text: string; variant: 'primary' | 'outline' }

function ConnectionCard({ title, text, variant, retry, heading = 'h2' }: CardProps) {
  const onClick = () => {
    // The focus would be lost when the button is removed with its card.
    focusHeading()
    void retry()
  }
  return (
    <MessageCard icon={noConnection} tone="warning" title={title} heading={heading} alert>
      {heading === 'h1' && <PageFocus title={title} path={window.location.pathname} />}
      <p>{text}</p>
      <Button variant={variant} onClick={onClick}>
        {words.tryAgain}
      </Button>
    </MessageCard>
  )
}
