import { pages } from '@gatehouse/shared/paths'
import { Link } from 'wouter'
import { Icon } from '../../ui/icon.tsx'
import { arrowRight, key, people } from '../../ui/icons.generated.ts'
import css from './tiles.module.css'

const tiles = [
  {
    href: pages.claims,
    icon: key,
    title: 'Your ID token',
    text: 'Every claim that Microsoft sent about you, and what it is good for.',
  },
  {
    href: pages.users,
    icon: people,
    title: 'People in your directory',
    text: 'Search the users of your organisation, read through Microsoft Graph.',
  },
]

/** The way on, for somebody who has just arrived. */
export function Tiles() {
  return (
    <ul className={css.tiles}>
      {tiles.map(({ href, icon, title, text }) => (
        <li key={href}>
          <Link className={css.tile ?? ''} href={href}>
            <Icon path={icon} size={24} className={css.icon} />
            <span>
              <span className={css.title}>{title}</span>
              <span className={css.tileText}>{text}</span>
            </span>
            <Icon path={arrowRight} className={css.arrow} />
          </Link>
        </li>
      ))}
    </ul>
  )
}
