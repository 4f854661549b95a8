import { userPhoto } from '@gatehouse/shared/paths'
import css from './photo.module.css'

/** Who has no photo, for as long as this tab lives: paging back does not ask again. */
const without = new Set<string>()

/** Lies over the initials, and is seen once it is there. Only what comes near the screen is fetched. */
export function Photo({ id }: { id: string }) {
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
