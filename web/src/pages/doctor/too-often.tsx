import { useEffect } from 'react'
import { announce, type ApiProblem } from '@gatehouse/react'
import { inSeconds, useSecondsLeft } from '../../api/query-view.tsx'
import { clock } from '../../ui/icons.generated.ts'
import { Note } from '../../ui/note.tsx'

/** Beside the last findings: why there are no new ones, and when the server can be asked again. */
export function TooOften({ problem }: { problem: ApiProblem }) {
  const left = useSecondsLeft(problem)
  useEffect(() => {
    // Once, because a number that moves would be read again with each second.
    announce(`Checked too often. Check again in ${inSeconds(problem.retryAfter ?? 0)}.`)
  }, [problem])
  return (
    <Note icon={clock} tone="warning">
      <p>
        The server checks a few times a minute at most. It can check again{' '}
        {left ? `in ${inSeconds(left)}` : 'now'}. What you see is from the last check.
      </p>
    </Note>
  )
}
