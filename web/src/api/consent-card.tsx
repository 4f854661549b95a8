import { useContinueUrl } from '@gatehouse/react'
import { ButtonLink } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { asLines, Details } from '../ui/details.tsx'
import { shield } from '../ui/icons.generated.ts'
import css from './error-card.module.css'
import { consentMessage } from './error-messages.ts'
import { Actions, detailsOf, type FailureProps, TryAgain } from './error-parts.tsx'
import { SupportLink } from './support-link.tsx'
import { actions, consent as words } from './words.ts'

/** A permission is missing. */
export function ConsentCard({ problem, retry, heading }: FailureProps) {
  const { title, text } = consentMessage(problem)
  const details = detailsOf(problem)
  const continueUrl = useContinueUrl(problem.signInUrl)
  const copy = <CopyButton text={asLines(details)} label={actions.copyForAdministrator} wide />
  return (
    <MessageCard icon={shield} title={title} heading={heading ?? 'h2'} alert>
      <p>{text}</p>
      {problem.adminConsent ? (
        <Actions>
          {copy}
          <TryAgain problem={problem} retry={retry} variant="outline" />
        </Actions>
      ) : (
        <>
          <ButtonLink href={continueUrl}>{words.reviewPermissions}</ButtonLink>
          <p className={css.quiet}>{words.forAdministrator}</p>
          {copy}
        </>
      )}
      <SupportLink />
      <Details title={actions.details} entries={details} copy={false} />
    </MessageCard>
  )
}
