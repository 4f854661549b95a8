import { pages } from '@gatehouse/shared/paths'
import { Button, ButtonLink } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Details } from '../ui/details.tsx'
import { MessageCard } from '../ui/message-card.tsx'
import { errorCircle } from '../ui/icons.generated.ts'
import { ApiProblem } from './api-problem.ts'
import { wordsFor, type Remedy } from './problem-words.ts'

type Props = { error: Error; retry: () => unknown }

/** Stands where the data would: what happened, whose it is, one thing to do, and details to send. */
export function Failure({ error, retry }: Props) {
  const problem =
    error instanceof ApiProblem ? error : new ApiProblem('unreadable', 0, { cause: error })
  const words = wordsFor(problem)
  const details = {
    Code: problem.code,
    Status: problem.status ? String(problem.status) : undefined,
    'Request id': problem.requestId,
    Page: window.location.pathname,
  }
  return (
    <MessageCard icon={errorCircle} tone="danger" title={words.title} heading="h2" alert>
      <p>{words.text}</p>
      <Action remedy={words.remedy} signInUrl={problem.signInUrl} details={details} retry={retry} />
      <Details title="Details" entries={details} />
    </MessageCard>
  )
}

type ActionProps = {
  remedy: Remedy
  signInUrl: string | undefined
  details: Record<string, string | undefined>
  retry: () => unknown
}

function Action({ remedy, signInUrl, details, retry }: ActionProps) {
  if (remedy === 'home') return <ButtonLink href={pages.home}>Home</ButtonLink>
  if (remedy === 'copy') {
    return (
      <CopyButton
        text={JSON.stringify(details, null, 2)}
        label="Copy details for your administrator"
        wide
      />
    )
  }
  if (remedy === 'continue' && signInUrl) return <ButtonLink href={signInUrl}>Continue</ButtonLink>
  return <Button onClick={() => void retry()}>Try again</Button>
}
