import { supportLink, supportName } from '@gatehouse/contract/appearance'
import { appearance } from '@gatehouse/shared/appearance'
import css from './error-card.module.css'
import { actions } from './words.ts'

/** Where users of this app get help, if the app says so. */
export function SupportLink() {
  const { support = '' } = appearance
  const href = supportLink(support)
  if (href === undefined) return null
  return (
    <p className={css.quiet}>
      {actions.getHelp}{' '}
      <a href={href} target={href === support ? '_blank' : undefined} rel="noreferrer">
        {supportName(support)}
      </a>
    </p>
  )
}
