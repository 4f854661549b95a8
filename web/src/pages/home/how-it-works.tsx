import { useQuery } from '@tanstack/react-query'
import { apiQuery, type KnownSession } from '@gatehouse/react'
import { api } from '@gatehouse/shared/paths'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { arrowRight, window as browser } from '../../ui/icons.generated.ts'
import css from './home.module.css'
import { howWords as words } from './how-words.ts'
import { server, shieldCheck } from './icons.generated.ts'

const stations = () => [
  {
    icon: browser,
    name: words.browser,
    holds: words.browserHolds,
    text: words.browserText,
    sends: words.cookie,
  },
  {
    icon: server,
    name: words.server,
    holds: words.serverHolds,
    text: words.serverText,
    sends: words.tokens,
  },
  { icon: shieldCheck, name: words.entra, holds: words.entraHolds, text: words.entraText },
]

/** Three stations, what each of them holds, and what travels between them. */
export default function HowItWorks({ session }: { session: KnownSession }) {
  return (
    <Card title={words.title}>
      <ol className={css.stations}>
        {stations().map(({ icon, name, holds, text, sends }) => (
          <li key={name} className={css.station}>
            <span className={css.mark}>
              <Icon path={icon} size={24} />
            </span>
            <div className={css.stationBody}>
              <h3>{name}</h3>
              <p className={css.holds}>{holds}</p>
              <p className={css.stationText}>{text}</p>
              {icon === browser && session.signedIn && session.developer && <OwnCookie />}
            </div>
            {sends && (
              <p className={css.way}>
                <Icon path={arrowRight} />
                {sends}
              </p>
            )}
          </li>
        ))}
      </ol>
    </Card>
  )
}

/** The reader's own session cookie, as the server got it: no script can look at it. */
function OwnCookie() {
  const { data } = useQuery(apiQuery(api.development))
  const cookie = data?.cookie
  // The line keeps its place while it loads.
  return (
    <p className={css.stationText}>
      <code>{cookie ? words.yours(cookie.name, cookie.bytes) : words.loading}</code>
    </p>
  )
}
