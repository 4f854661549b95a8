import { useCallback } from 'react'
import { appAddress } from '@gatehouse/react'
import { userPhoto } from '@gatehouse/shared/paths'
import css from './avatar.module.css'
import { Icon } from './icon.tsx'
import { person } from './icons.generated.ts'
import { loadPhoto } from './photo-queue.ts'

type Props = {
  name: string
  id: string
  size?: 'small' | 'medium' | 'large'
  /** Its photo does not wait behind others: for one person, not for a list. */
  urgent?: boolean
}

/** A person's photo, or initials on a colour that depends on the id; a name without letters has the sign of a person. It is hidden from screen readers: the name always stands beside it. */
export function Avatar({ name, id, size = 'medium', urgent = false }: Props) {
  const letters = initials(name)
  return (
    <span className={`${css.avatar} ${css[size]} avatar-${avatarColour(id)}`} aria-hidden="true">
      {/* Drawn from an attribute, so that they are no part of a button's text. */}
      {letters ? <span data-initials={letters} /> : <Icon path={person} size={16} />}
      <Photo key={id} id={id} urgent={urgent} />
    </span>
  )
}

/** How many colour pairs `tokens.generated.css` has. */
const colours = 12

/** The first letters of the first and the last word: AL for "Ada King Lovelace (she/her)". */
export function initials(name: string): string {
  const words = name
    .replaceAll(/\([^)]*\)/g, ' ')
    .split(/\s+/)
    .filter((word) => /^[\p{L}\p{N}]/u.test(word))
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words
  return ends.map((word) => /^./u.exec(word ?? '')?.[0].toLocaleUpperCase() ?? '').join('')
}

/** The number of a colour, 0 to 11: the same id always gets the same one. */
export function avatarColour(id: string): number {
  let sum = 0
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return sum % colours
}

/** The ids without a photo, until the tab is closed: paging back does not request it again. */
const withoutPhoto = new Set<string>()

/** Covers the initials once it has loaded. */
function Photo({ id, urgent }: { id: string; urgent: boolean }) {
  const load = useCallback(
    (image: HTMLImageElement) =>
      loadPhoto(image, appAddress(userPhoto(id)), {
        urgent,
        onMissing: () => withoutPhoto.add(id),
      }),
    [id, urgent],
  )
  if (withoutPhoto.has(id)) return null
  return (
    <img
      ref={load}
      className={css.photo}
      alt=""
      fetchPriority={urgent ? 'auto' : 'low'}
      decoding="async"
      draggable={false}
    />
  )
}

type PersonaProps = {
  id: string
  name: string
  username: string
  /** Makes the name a heading. */
  heading?: 'h3'
}

/** A person: picture, name and user name. */
export function Persona({ id, name, username, heading }: PersonaProps) {
  const Name = heading ?? 'p'
  return (
    <div className={css.persona}>
      <Avatar name={name} id={id} size="large" urgent />
      <div>
        <Name className={css.name}>
          <bdi>{name}</bdi>
        </Name>
        <p className={css.username}>
          <bdi>{username}</bdi>
        </p>
      </div>
    </div>
  )
}
