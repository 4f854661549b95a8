import { Bar } from '../../ui/bar.tsx'
import { Time } from '../../ui/time.tsx'
import { useServerNow } from '../../ui/server-clock.ts'
import { timeOf } from './claim-list.ts'
import css from './lifetime.module.css'

/** How far the token is between its making and its end; both in seconds since 1970. */
export function Lifetime({ issued, expires }: { issued: unknown; expires: unknown }) {
  const now = useServerNow(15_000)
  const [from, to] = [timeOf(issued), timeOf(expires)]
  if (from === undefined || to === undefined) return null
  return (
    <div className={css.lifetime}>
      <h2>Lifetime</h2>
      <Bar label="Part of the token’s lifetime gone by" value={now - from} max={to - from} />
      <dl>
        <div>
          <dt>Issued</dt>
          <dd>
            <Time at={from} />
          </dd>
        </div>
        <div>
          <dt>{to > now ? 'Expires' : 'Expired'}</dt>
          <dd>
            <Time at={to} />
          </dd>
        </div>
      </dl>
    </div>
  )
}
