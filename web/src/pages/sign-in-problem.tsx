import type { ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import { signInProblemUrl } from '@gatehouse/contract/paths'
import type { SignInProblem as Known } from '@gatehouse/contract/sign-in-problem'
import { appAddress, basePath, call, useReturnTo, useSession } from '@gatehouse/react'
import { appearance } from '@gatehouse/shared/appearance'
import { pages, signInUrl } from '@gatehouse/shared/paths'
import { SupportLink } from '../api/support-link.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { asLines, Details, type Entries } from '../ui/details.tsx'
import { checkCircle, info, shield, warning } from '../ui/icons.generated.ts'
import { Spinner } from '../ui/progress.tsx'
import { ForDevelopers } from './sign-in-problem/for-developers.tsx'
import {
  isForDoctor,
  isOver,
  kindOf,
  type Owner,
  problemFor,
  type SignInProblem,
  validDetails,
} from './sign-in-problem/problems.ts'
import css from './sign-in-problem/sign-in-problem.module.css'
import { actions, details as names, owners, signedIn } from './sign-in-problem/words.ts'

export default function SignInProblemPage() {
  const [query] = useSearchParams()
  const session = useSession()
  const facts = useFacts(query.get('failure'))
  // What is told depends on both. If the server does not answer, the code is all that is known.
  if (isWaiting(session) || isWaiting(facts)) return <Spinner />
  const failure = facts.data?.failure
  const problem = problemFor(query.get('code'), failure?.who)
  const user = session.data?.signedIn ? session.data.user : undefined
  if (session.data?.signedIn && isOver(problem, session.data, failure)) {
    return <AlreadySignedIn name={session.data.user.name} />
  }
  const { requestId, aadsts = failure?.aadsts } = validDetails(query)
  const isDevelopment = session.data?.development === true
  const details = detailsOf(problem, { requestId, aadsts }, facts.data)
  return (
    <MessageCard {...marks[kindOf(problem)]} title={problem.title}>
      <p>{problem.text}</p>
      <OwnerLine owner={problem.owner} />
      {isDevelopment && <ForDevelopers {...{ problem, failure, requestId, aadsts }} />}
      <Actions {...{ problem, details, isDevelopment }} />
      {user && <StillSignedIn name={user.name} />}
      <SupportLink />
      <Details title={actions.details} entries={details} copy={!hasCopy(problem, isDevelopment)} />
    </MessageCard>
  )
}

const marks = {
  choice: { icon: info, tone: 'neutral' },
  request: { icon: shield, tone: 'neutral' },
  failure: { icon: warning, tone: 'warning' },
} as const

/** Not while it tries once more: a page that waits for a server that is down says nothing. */
function isWaiting({ data, failureReason }: { data: unknown; failureReason: unknown }): boolean {
  return data === undefined && failureReason === null
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

/** An attempt that does not matter any more: an old tab, or Back. */
function AlreadySignedIn({ name }: { name: string }) {
  return (
    <MessageCard icon={checkCircle} title={signedIn.title(name)}>
      <p>{signedIn.text}</p>
      <ButtonLink href={appAddress(useReturnTo())}>{actions.continue}</ButtonLink>
    </MessageCard>
  )
}

/** The attempt came from within the session, which goes on. */
function StillSignedIn({ name }: { name: string }) {
  return (
    <>
      <p className={css.quiet}>{signedIn.still(<bdi key="name">{name}</bdi>)}</p>
      <ButtonLink variant="outline" href={appAddress(useReturnTo())}>
        {actions.continue}
      </ButtonLink>
    </>
  )
}

function OwnerLine({ owner }: { owner: Owner }) {
  const name = owners[owner]
  const isSentence = owner === 'temporary' || owner === 'unknown'
  return (
    <p className={css.quiet}>
      {isSentence ? name : owners.line(<strong key="name">{name}</strong>)}
    </p>
  )
}

/** What an administrator or support needs. Times are in UTC, as in Microsoft's logs. */
function detailsOf(
  problem: SignInProblem,
  { requestId, aadsts }: { requestId: string | undefined; aadsts: string | undefined },
  known: Known | undefined,
): Entries {
  const failure = known?.failure
  return {
    [names.app]: names.appAt(appearance.name, window.location.origin + basePath),
    [names.problem]: problem.title,
    [names.aadsts]: failure?.aadsts ?? aadsts,
    [names.fix]: failure?.fix,
    [names.portal]: failure?.portal,
    [names.requestId]: requestId,
    [names.correlationId]: failure?.correlationId,
    [names.traceId]: failure?.traceId,
    [names.at]: failure?.at,
    [names.clientId]: known?.clientId,
    [names.tenant]: known?.tenant,
    [names.permissions]: known?.permissions.join(', '),
    [names.adminConsentUrl]: known?.adminConsentUrl,
  }
}

type ActionProps = { problem: SignInProblem; details: Entries; isDevelopment: boolean }

/** Whether one of the buttons copies the details. */
function hasCopy(problem: SignInProblem, isDevelopment: boolean): boolean {
  const isConsent = problem.code === 'consent_required'
  if (problem.owner === 'administrator' || isConsent) return true
  return problem.does === 'copy' && !isDevelopment
}

/** At most one primary button: the doctor for a developer, else what the user can do. */
function Actions({ problem, details, isDevelopment }: ActionProps) {
  const toDoctor = isDevelopment && isForDoctor(problem)
  const copy = (label: string) => <CopyButton text={asLines(details)} label={label} wide />
  return (
    <>
      <div className={css.actions}>
        {toDoctor && <ButtonLink href={appAddress(pages.doctor)}>{actions.openDoctor}</ButtonLink>}
        <MainAction problem={problem} isSecond={toDoctor} copy={copy} />
        {problem.owner === 'administrator' &&
          problem.does !== 'copy' &&
          copy(actions.copyForAdministrator)}
      </div>
      {problem.code === 'consent_required' && (
        <>
          <p className={css.quiet}>{actions.forAdministrator}</p>
          {copy(actions.copyForAdministrator)}
        </>
      )}
    </>
  )
}

type MainActionProps = {
  problem: SignInProblem
  /** The doctor is the first one. */
  isSecond: boolean
  copy: (label: string) => ReactNode
}

function MainAction({ problem: { does, action, owner }, isSecond, copy }: MainActionProps) {
  const returnTo = useReturnTo()
  const again = (label: string, variant: 'primary' | 'outline') => (
    <ButtonLink
      variant={variant}
      href={appAddress(signInUrl(returnTo, does === 'picker' ? { prompt: 'select_account' } : {}))}
    >
      {label}
    </ButtonLink>
  )
  // Who sits at the server has fixed it, and tries again.
  if (does === 'copy' && isSecond) return again(actions.tryAgain, 'outline')
  if (does !== 'copy') return again(action, isSecond ? 'outline' : 'primary')
  return (
    <>
      {copy(action)}
      {owner === 'administrator' && again(actions.tryAgain, 'outline')}
    </>
  )
}
