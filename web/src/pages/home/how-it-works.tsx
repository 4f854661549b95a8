import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { server, shieldCheck, window as browser } from '../../ui/icons.generated.ts'
import css from './how-it-works.module.css'

const stations = [
  {
    icon: browser,
    name: 'Your browser',
    holds: 'One sealed cookie',
    text: 'No script can read the cookie, and it says nothing about you to anybody but the server.',
  },
  {
    icon: server,
    name: 'This app’s server',
    holds: 'Keeps the tokens',
    text: 'It signs you in, keeps what Microsoft hands out encrypted, and asks on your behalf.',
  },
  {
    icon: shieldCheck,
    name: 'Entra ID and Graph',
    holds: 'Know who you are',
    text: 'Microsoft checks your password and answers with no more than you may see yourself.',
  },
]

/** Three stations and what each of them holds. */
export function HowItWorks() {
  return (
    <Card title="How signing in works">
      <ol className={css.stations}>
        {stations.map(({ icon, name, holds, text }) => (
          <li key={name} className={css.station}>
            <span className={css.mark}>
              <Icon path={icon} size={24} />
            </span>
            <div>
              <h3>{name}</h3>
              <p className={css.holds}>{holds}</p>
              <p className={css.stationText}>{text}</p>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  )
}
