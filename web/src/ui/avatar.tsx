import css from './avatar.module.css'
import { avatarColour, initials } from './initials.ts'
import { Photo } from './photo.tsx'

type Props = { name: string; id: string; size?: 'small' | 'medium' | 'large' }

/** A person's photo, or their initials on a colour that stays theirs. The name itself always stands beside it. */
export function Avatar({ name, id, size = 'medium' }: Props) {
  return (
    <span className={`${css.avatar} ${css[size]} avatar-${avatarColour(id)}`} aria-hidden="true">
      {/* Drawn from an attribute, so that a button's text is the name and nothing else. */}
      <span data-initials={initials(name)} />
      <Photo key={id} id={id} />
    </span>
  )
}
