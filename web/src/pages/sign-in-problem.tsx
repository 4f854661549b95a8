import { pages, signInUrl } from '@gatehouse/shared/paths'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { ButtonLink } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { asLines, Details, type Entries } from '../ui/details.tsx'
import { warning } from '../ui/icons.generated.ts'
import { formatTime } from '../ui/format.ts'
import { MessageCard } from '../ui/message-card.tsx'
import { problemFor, validDetails, type SignInProblem } from './sign-in-problem/problems.ts'
import css from './sign-in-problem/sign-in-problem.module.css'

export default function SignInProblemPage() {
  const [query] = useSearchParams()
  const [arrived] = useState(() => Date.now())
  const problem = problemFor(query.get('code'))
  const { requestId, aadsts } = validDetails(query)
  const details = {
    Problem: problem.title,
    'Microsoft’s code': aadsts,
    'Request id': requestId,
    Time: formatTime(arrived),
    App: window.location.origin,
  }
  return (
    <MessageCard icon={warning} tone="warning" title={problem.title}>
      <p>{problem.text}</p>
      <p className={css.who}>
        Who can fix it: <strong>{problem.who}</strong>
      </p>
      <Action problem={problem} details={details} />
      <Details title="Details" entries={details} copy={problem.does !== 'copy'} />
    </MessageCard>
  )
}

type ActionProps = { problem: SignInProblem; details: Entries }

function Action({ problem: { action, does }, details }: ActionProps) {
  if (does === 'copy') {
    return <CopyButton text={asLines(details)} label={action} wide />
  }
  const how = does === 'picker' ? ({ prompt: 'select_account' } as const) : {}
  return <ButtonLink href={signInUrl(pages.home, how)}>{action}</ButtonLink>
}
