import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import { signInProblemUrl } from '@gatehouse/contract/paths'
import type { SignInProblem as Known } from '@gatehouse/contract/sign-in-problem'
import { appAddress, basePath, call, useReturnTo, useSession } from '@gatehouse/react'
import { signInUrl } from '@gatehouse/shared/paths'
import { ButtonLink } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { asLines, Details, type Entries } from '../ui/details.tsx'
import { checkCircle, warning } from '../ui/icons.generated.ts'
import {
  problemFor,
  type SignInProblem,
  validDetails,
  whoCanFix,
} from './sign-in-problem/problems.ts'
import css from './sign-in-problem/sign-in-problem.module.css'

export default function SignInProblemPage() {
  const [query] = useSearchParams()
  const { data: session } = useSession()
  const returnTo = useReturnTo()
  const problem = problemFor(query.get('code'))
  const { data } = useFacts(query.get('failure'))
  const details = detailsOf(problem, query, data)
  const who = whoCanFix(problem, data?.failure?.who)
  if (session?.signedIn && query.get('code') === 'expired') {
    return (
      <MessageCard icon={checkCircle} title="You are already signed in">
        <p>This sign-in was not needed any more.</p>
        <ButtonLink href={appAddress(returnTo)}>Continue</ButtonLink>
      </MessageCard>
    )
  }
  return (
    <MessageCard icon={warning} tone="warning" title={problem.title}>
      <p>{problem.text}</p>
      <p className={css.who}>
        Who can fix it: <strong>{who}</strong>
      </p>
      <Action problem={problem} details={details} />
      {problem.does !== 'copy' && who === 'Your administrator' && (
        <CopyButton text={asLines(details)} label="Copy details for your administrator" wide />
      )}
      <Details title="Details" entries={details} copy={problem.does !== 'copy'} />
    </MessageCard>
  )
}

/** What the server knows of the failure. Anyone can write the address of this page; it opens what it sealed. */
function useFacts(failure: string | null) {
  const path = signInProblemUrl(failure ?? undefined)
  return useQuery({
    queryKey: ['api', path],
    queryFn: ({ signal }) => call<Known>(path, { signal }),
    staleTime: Infinity,
  })
}

/** What an administrator or support needs. Times are in UTC, as in Microsoft's logs. */
function detailsOf(
  problem: SignInProblem,
  query: URLSearchParams,
  known: Known | undefined,
): Entries {
  const { requestId, aadsts } = validDetails(query)
  const failure = known?.failure
  return {
    App: `Gatehouse, ${window.location.origin}${basePath}`,
    Problem: problem.title,
    'Microsoft’s code': failure?.aadsts ?? aadsts,
    'What to do': failure?.fix,
    'Page in the Entra admin center': failure?.portal,
    'Request id': requestId,
    'Correlation id': failure?.correlationId,
    'Trace id': failure?.traceId,
    'Time of the failure': failure?.at,
    'Client id': known?.clientId,
    Tenant: known?.tenant,
    Permissions: known?.permissions.join(', '),
    'Link to approve the app': known?.adminConsentUrl,
  }
}

type ActionProps = { problem: SignInProblem; details: Entries }

function Action({ problem: { action, does }, details }: ActionProps) {
  const returnTo = useReturnTo()
  if (does === 'copy') {
    return <CopyButton text={asLines(details)} label={action} wide />
  }
  const options = does === 'picker' ? ({ prompt: 'select_account' } as const) : {}
  return <ButtonLink href={appAddress(signInUrl(returnTo, options))}>{action}</ButtonLink>
}
