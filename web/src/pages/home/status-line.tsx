import css from './home.module.css'

export function StatusLine({ name }: { name?: string }) {
  return (
    <p className={css.status} data-signed-in={name !== undefined}>
      {name === undefined ? 'Signed out' : `Signed in as ${name}`}
    </p>
  )
}
