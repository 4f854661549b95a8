import css from './avatar.module.css'
import { userPhoto } from '@gatehouse/shared/paths'

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

/** How many colour pairs `tokens.generated.css` has. */
const colours = 12

/** The first letters of the first and the last word: "Ada King Lovelace (she/her)" is AL. */
export function initials(name: string): string {
  const words = name
    .replaceAll(/\([^)]*\)/g, ' ')
    .split(/\s+/)
    .filter((word) => /^[\p{L}\p{N}]/u.test(word))
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words
  return ends.map((word) => /^./u.exec(word ?? '')?.[0].toLocaleUpperCase() ?? '').join('')
}

/** The same colour for the same person everywhere: a number from 0 to 11 out of their id. */
export function avatarColour(id: string): number {
  let sum = 0
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return sum % colours
}

/** Who has no photo, for as long as this tab lives: paging back does not ask again. */
const without = new Set<string>()

/** Lies over the initials, and is seen once it is there. Only what comes near the screen is fetched. */
function Photo({ id }: { id: string }) {
  if (without.has(id)) return null
  return (
    <img
      className={css.photo}
      src={userPhoto(id)}
      alt=""
      loading="lazy"
      decoding="async"
      draggable={false}
      onLoad={({ currentTarget }) => {
        currentTarget.dataset['loaded'] = 'true'
      }}
      onError={() => without.add(id)}
    />
  )
}

type PersonaProps = {
  id: string
  name: string
  username: string
  /** Where the name is the title of what follows. */
  heading?: 'h3'
}

/** A person as they are introduced: picture, name, and the name that they sign in with. */
export function Persona({ id, name, username, heading }: PersonaProps) {
  const Name = heading ?? 'p'
  return (
    <div className={css.persona}>
      <Avatar name={name} id={id} size="large" />
      <div>
        <Name className={css.name}>{name}</Name>
        <p className={css.username}>{username}</p>
      </div>
    </div>
  )
}
