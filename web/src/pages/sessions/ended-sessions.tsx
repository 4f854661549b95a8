import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { formatShortTime } from '../../ui/format.ts'
import { warning } from '../../ui/icons.generated.ts'
import { useEndSession } from './end-sessions.tsx'
import css from './ended-sessions.module.css'
import type { EndedSession } from './sign-in-facts.ts'
import { words } from './words.ts'

type Props = {
  sessions: EndedSession[]
  /** Called with the device of a session that is taken off the list. */
  onRemoved: (device: string) => void
}

/** Sessions that the server has ended to protect the user, who learns of it here. */
export function EndedSessions({ sessions, onRemoved }: Props) {
  if (sessions.length === 0) return null
  return (
    <section className={css.list} aria-label={words.theft.label}>
      {sessions.map((session) => (
        <Warning key={session.id} session={session} onRemoved={() => onRemoved(session.device)} />
      ))}
    </section>
  )
}

function Warning({ session, onRemoved }: { session: EndedSession; onRemoved: () => void }) {
  const { device, ended, id } = session
  const remove = useEndSession(onRemoved)
  const at = formatShortTime(Date.parse(ended.at))
  return (
    <Callout icon={warning} tone="warning">
      <h2 className={css.title}>{words.theft.title(device)}</h2>
      <p>{words.theft.what(at)}</p>
      <p>{words.theft.next}</p>
      <Button
        variant="outline"
        className={css.remove}
        aria-label={words.theft.removeOf(device, at)}
        disabled={remove.isPending}
        onClick={() => remove.mutate(id)}
      >
        {words.theft.remove}
      </Button>
      {remove.isError && (
        <p className={css.failed} role="alert">
          {words.failed}
        </p>
      )}
    </Callout>
  )
}
