import { pages } from '@gatehouse/shared/paths'
import { useEffect } from 'react'
import { useContinueUrl } from '../session/return-to.ts'
import { announce } from '../ui/announce.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { asLines, type Entries } from '../ui/details.tsx'
import css from './action.module.css'
import type { ApiProblem } from './api-problem.ts'
import type { Words } from './problem-words.ts'
import { inSeconds, useSecondsLeft } from './wait.tsx'

type Props = { words: Words; problem: ApiProblem; details: Entries; retry: () => unknown }

/** The one thing to do about a failure, and at most one other way. */
export function Action({ words: { remedy, action = 'Continue' }, problem, ...rest }: Props) {
  const continueUrl = useContinueUrl(problem.signInUrl)
  if (remedy === 'home') return <ButtonLink href={pages.home}>Home</ButtonLink>
  if (remedy === 'continue') return <ButtonLink href={continueUrl}>{action}</ButtonLink>
  const copied = asLines(rest.details)
  if (remedy === 'ask') {
    return (
      <div className={css.actions}>
        <ButtonLink href={continueUrl}>{action}</ButtonLink>
        <CopyButton text={copied} label="Copy details for your administrator" wide />
      </div>
    )
  }
  return (
    <div className={css.actions}>
      <TryAgain problem={problem} look={remedy === 'wait' ? 'outline' : 'primary'} {...rest} />
      {remedy === 'report' && <CopyButton text={copied} label="Copy details" wide />}
    </div>
  )
}

type TryAgainProps = Pick<Props, 'problem' | 'retry'> & { look: 'primary' | 'outline' }

/** Not before the server wants to be asked again. */
function TryAgain({ problem, retry, look }: TryAgainProps) {
  const left = useSecondsLeft(problem)
  const waited = problem.retryAfter !== undefined
  const ready = waited && left === 0
  useEffect(() => {
    if (ready) announce('You can try again now.')
  }, [ready])
  const onClick = () => {
    // The button goes with its card, and would take the focus along.
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
    void retry()
  }
  return (
    <>
      {waited && (
        <p className={css.when}>You can try again {left ? `in ${inSeconds(left)}` : 'now'}.</p>
      )}
      <Button look={look} disabled={left > 0} onClick={onClick}>
        Try again
      </Button>
    </>
  )
}
