import { useEffect } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Problem } from '@gatehouse/contract/problem'
import { announce, type ApiProblem, appAddress } from '@gatehouse/react'
import { api } from '@gatehouse/shared/paths'
import { inSeconds, useSecondsLeft } from '../../api/retry-countdown.tsx'
import { Callout } from '../../ui/callout.tsx'
import { MessageCard } from '../../ui/card.tsx'
import { checkCircle, clock, warning } from '../../ui/icons.generated.ts'
import { words } from './words.ts'

/** No check failed, and none warns. */
export function AllWell({ passed }: { passed: number }) {
  return (
    <Callout icon={checkCircle} tone="success">
      <p>{words.allPassed(passed)}</p>
    </Callout>
  )
}

/** The findings are old, because the last check failed. */
export function NotChecked() {
  return (
    <div role="alert">
      <Callout icon={warning} tone="warning">
        <p>{words.serverDidNotAnswer}</p>
      </Callout>
    </div>
  )
}

/** The findings are old, because the server limits the number of checks; says when it checks again. */
export function TooOften({ problem }: { problem: ApiProblem }) {
  const left = useSecondsLeft(problem)
  useEffect(() => {
    // Once: a screen reader would read a moving number every second.
    announce(words.tooOftenAnnounced(inSeconds(problem.retryAfter ?? 0)))
  }, [problem])
  return (
    <Callout icon={clock} tone="warning">
      <p>{words.tooOften(left ? words.in(inSeconds(left)) : words.now)}</p>
    </Callout>
  )
}

/** The page was opened at another address than `publicUrl`, where the server refuses to answer. */
export function WrongAddress() {
  const { data: sentence } = useQuery({ queryKey: ['doctor', 'refusal'], queryFn: readRefusal })
  return (
    <MessageCard icon={warning} tone="warning" title={words.wrongAddress} heading="h2" alert>
      <p>{sentence ?? words.wrongAddressText}</p>
      <p>{words.wrongAddressReason}</p>
    </MessageCard>
  )
}

/** The server's sentence, which names its address. It takes a second request: `ApiProblem` has no `detail`. */
async function readRefusal({ signal }: { signal: AbortSignal }): Promise<string | null> {
  const response = await fetch(appAddress(api.doctor), {
    headers: { accept: 'application/json' },
    signal,
  })
  const { detail }: Partial<Problem> = await response.json()
  return detail ?? null
}
