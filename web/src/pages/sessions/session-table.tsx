import { SessionRow, SkeletonRow, type OwnSession } from './session-row.tsx'
import css from './session-table.module.css'

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
