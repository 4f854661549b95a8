import type { SignedIn } from '@gatehouse/shared/session'
import { useExtendSession } from '../../session/extend.ts'
import { canBeExtended, timeLeft } from '../../session/time-left.ts'
import { Bar } from '../../ui/bar.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { formatClock } from '../../ui/format-time.ts'
import { clock } from '../../ui/icons.generated.ts'
import { useServerNow } from '../../ui/server-clock.ts'
import { Time } from '../../ui/time.tsx'
import css from './session-card.module.css'

/** How long this goes on, and the way to make it longer. */
export function SessionCard({ session }: { session: SignedIn }) {
  const extend = useExtendSession()
  const { left, whole } = timeLeft(session, useServerNow(1000))
  return (
    <Card title="Your session" icon={clock}>
      <div className={css.left}>
        <p>
          <span className={css.clock}>{formatClock(left)}</span> left
        </p>
        {canBeExtended(session) ? (
          <Button look="outline" disabled={extend.isPending} onClick={() => extend.mutate()}>
            Stay signed in
          </Button>
        ) : (
          <p>Then you sign in again.</p>
        )}
      </div>
      <Bar label="Time left in this session" value={left} max={whole} />
      <Facts
        facts={[
          { name: 'Began', value: <Time at={Date.parse(session.startedAt)} short /> },
          { name: 'Ends', value: <Time at={Date.parse(session.expiresAt)} short /> },
          {
            name: 'At the latest',
            value: <Time at={Date.parse(session.absoluteExpiresAt)} short />,
          },
        ]}
      />
      {extend.isError && (
        <p className={css.failed} role="alert">
          That did not work. Try again.
        </p>
      )}
    </Card>
  )
}
