import type { OwnSessions } from '@gatehouse/contract/sessions'
import { useServerNow, useSignOut } from '@gatehouse/react'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { formatRelative, formatShortTime, formatTime } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { window as device } from '../../ui/icons.generated.ts'
import { useEndSession } from './end-sessions.tsx'
import css from './session-table.module.css'
import { activeWithinMs, methodText } from './sign-in-facts.ts'
import { words } from './words.ts'

type Props = {
  /** Undefined while they load; placeholder rows have the final height. */
  sessions: OwnSession[] | undefined
  /** How many rows; all by default. */
  shown?: number
  /** Called with the device of a session that has ended. */
  onEnded?: (device: string) => void
}

export function SessionTable({ sessions, shown, onEnded }: Props) {
  // Where no browser binds any, it would only puzzle.
  const tellsBinding = sessions?.some(({ deviceBound }) => deviceBound) === true
  return (
    <div className={css.frame}>
      <table className={css.table} aria-label={words.title} aria-busy={!sessions}>
        <thead>
          <tr>
            <th scope="col">{words.device}</th>
            <th scope="col">{words.active}</th>
            <th scope="col">{words.started}</th>
            <th scope="col">{words.ends}</th>
            <th scope="col">
              <span className="hidden-visually">{words.action}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions
            ? currentFirst(sessions)
                .slice(0, shown)
                .map((session) => (
                  <SessionRow key={session.id} {...{ session, tellsBinding, onEnded }} />
                ))
            : [1, 2].map((row) => <SkeletonRow key={row} />)}
        </tbody>
      </table>
    </div>
  )
}

function currentFirst(sessions: OwnSession[]): OwnSession[] {
  return sessions.toSorted((a, b) => Number(b.current) - Number(a.current))
}

type OwnSession = OwnSessions['sessions'][number]

type RowProps = { session: OwnSession; tellsBinding: boolean; onEnded: Props['onEnded'] }

function SessionRow({ session, tellsBinding, onEnded }: RowProps) {
  const { address, current, deviceBound, id, methods } = session
  const binding = tellsBinding ? (deviceBound ? words.bound : words.notBound) : undefined
  const facts = [methodText(methods), address, binding].filter((fact) => fact !== undefined)
  return (
    <tr>
      <th scope="row">
        <span className={css.device}>
          <Icon path={device} className={css.icon} />
          <span className={css.name}>
            {session.device} {current && <Badge tone="brand">{words.thisDevice}</Badge>}
          </span>
        </span>
        <span className={css.facts}>
          {facts.map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </span>
      </th>
      <td data-label={words.active}>
        <LastActive session={session} />
      </td>
      <td data-label={words.started}>
        <RelativeTime at={Date.parse(session.startedAt)} />
      </td>
      <td data-label={words.ends}>
        <RelativeTime at={Date.parse(session.expiresAt)} />
      </td>
      <td className={css.end}>
        {current ? (
          <SignOut />
        ) : (
          <End
            name={words.signOutOf(session.device, formatShortTime(Date.parse(session.startedAt)))}
            id={id}
            onEnded={() => onEnded?.(session.device)}
          />
        )}
      </td>
    </tr>
  )
}

function LastActive({ session: { current, lastSeenAt } }: { session: OwnSession }) {
  const now = useServerNow(15_000)
  const at = Date.parse(lastSeenAt)
  const isActive = current || now - at < activeWithinMs
  return isActive ? <span className={css.now}>{words.activeNow}</span> : <RelativeTime at={at} />
}

/** Ending this session is a sign-out, also at Microsoft. */
function SignOut() {
  const signOut = useSignOut()
  return (
    <>
      <Button
        variant="outline"
        disabled={signOut.isPending || signOut.isSuccess}
        onClick={() => signOut.mutate()}
      >
        {words.action}
      </Button>
      {signOut.isError && <Failed />}
    </>
  )
}

function End({ id, name, onEnded }: { id: string; name: string; onEnded: () => void }) {
  const end = useEndSession(onEnded)
  return (
    <>
      <Button
        variant="outline"
        aria-label={name}
        disabled={end.isPending}
        onClick={() => end.mutate(id)}
      >
        {words.action}
      </Button>
      {end.isError && <Failed />}
    </>
  )
}

function Failed() {
  return (
    <p className={css.failed} role="alert">
      {words.failed}
    </p>
  )
}

/** A placeholder for a row that loads. */
function SkeletonRow() {
  return (
    <tr aria-hidden="true">
      <th scope="row">
        <Line />
      </th>
      {[1, 2, 3, 4].map((cell) => (
        <td key={cell}>
          <Line />
        </td>
      ))}
    </tr>
  )
}

function Line() {
  return <span className={css.line} />
}

/** How far away a time is; the exact one is in the tooltip. @param at in ms */
function RelativeTime({ at }: { at: number }) {
  const now = useServerNow(15_000)
  return (
    <time dateTime={new Date(at).toISOString()} title={formatTime(at)}>
      {formatRelative(at, now)}
    </time>
  )
}
