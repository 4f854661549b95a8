import { Avatar } from './avatar.tsx'
import css from './persona.module.css'

type Props = {
  id: string
  name: string
  username: string
  /** Where the name is the title of what follows. */
  heading?: 'h3'
}

/** A person as they are introduced: picture, name, and the name that they sign in with. */
export function Persona({ id, name, username, heading }: Props) {
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
