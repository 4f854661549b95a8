import css from './session-table.module.css'
import type { OwnSessions } from '@gatehouse/contract/sessions'
import { useSignOut } from '@gatehouse/react'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { formatShortTime } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { window as device } from '../../ui/icons.generated.ts'
import { Time } from '../../ui/time.tsx'
import { useEndSession } from './end-sessions.tsx'

type Props = {
  /** Undefined while they load: rows of the final height hold the place. */
  sessions: OwnSession[] | undefined
  /** How many rows; all of them where nothing is said. */
  shown?: number
}

export function SessionTable({ sessions, shown }: Props) {
  return (
    <div className={css.frame}>
      <table className={css.table} aria-label="Your sessions" aria-busy={!sessions}>
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col">Started</th>
            <th scope="col">Last seen</th>
            <th scope="col">
              <span className="hidden-visually">End it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions
            ? thisOneFirst(sessions)
                .slice(0, shown)
                .map((session) => <SessionRow key={session.id} session={session} />)
            : [1, 2].map((row) => <SkeletonRow key={row} />)}
        </tbody>
      </table>
    </div>
  )
}

function thisOneFirst(sessions: OwnSession[]): OwnSession[] {
  return sessions.toSorted((a, b) => Number(b.current) - Number(a.current))
}

type OwnSession = OwnSessions['sessions'][number]

function SessionRow({ session }: { session: OwnSession }) {
  const started = Date.parse(session.startedAt)
  return (
    <tr>
      <th scope="row">
        <span className={css.device}>
          <Icon path={device} className={css.icon} />
          {session.device}
          {session.current && <Badge tone="brand">This device</Badge>}
        </span>
      </th>
      <td data-label="Started">
        <Time at={started} short />
      </td>
      <td data-label="Last seen">
        <Time at={Date.parse(session.lastSeenAt)} short />
      </td>
      <td className={css.end}>
        {session.current ? (
          <SignOut />
        ) : (
          <End id={session.id} name={`${session.device}, started ${formatShortTime(started)}`} />
        )}
      </td>
    </tr>
  )
}

/** The end of this session is a sign-out, at Microsoft too. */
function SignOut() {
  const signOut = useSignOut()
  return (
    <>
      <Button
        look="outline"
        disabled={signOut.isPending || signOut.isSuccess}
        onClick={() => signOut.mutate()}
      >
        Sign out
      </Button>
      {signOut.isError && <Failed />}
    </>
  )
}

function End({ id, name }: { id: string; name: string }) {
  const end = useEndSession()
  return (
    <>
      <Button
        look="outline"
        aria-label={`End ${name}`}
        disabled={end.isPending}
        onClick={() => end.mutate(id)}
      >
        End
      </Button>
      {end.isError && <Failed />}
    </>
  )
}

function Failed() {
  return (
    <p className={css.failed} role="alert">
      That did not work. Try again.
    </p>
  )
}

/** The place of a row that is still to come. */
function SkeletonRow() {
  return (
    <tr aria-hidden="true">
      <th scope="row">
        <Line />
      </th>
      <td>
        <Line />
      </td>
      <td>
        <Line />
      </td>
      <td>
        <Line />
      </td>
    </tr>
  )
}

function Line() {
  return <span className={css.line} />
}
