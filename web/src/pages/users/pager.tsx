import { type FormEvent, useRef } from 'react'
import { Button } from '../../ui/button.tsx'
import { formatNumber } from '../../ui/format.ts'
import css from './users.module.css'
import { words } from './words.ts'

type Props = {
  page: number
  /** Undefined if Graph did not count the users. */
  pages: number | undefined
  hasNext: boolean
  onPage: (page: number) => void
}

/** Leads to the pages beside this one, and by its number to any other. */
export function Pager({ page, pages, hasNext, onPage }: Props) {
  return (
    <nav className={css.pager} aria-label={words.pages}>
      <Button variant="outline" disabled={page === 1} onClick={() => onPage(page - 1)}>
        {words.previous}
      </Button>
      {pages === undefined ? (
        <p>{words.page(formatNumber(page))}</p>
      ) : (
        // The key writes the number of another page into the field.
        <PageNumber key={page} page={page} pages={pages} onPage={onPage} />
      )}
      <Button variant="outline" disabled={!hasNext} onClick={() => onPage(page + 1)}>
        {words.next}
      </Button>
    </nav>
  )
}

type NumberProps = { page: number; pages: number; onPage: (page: number) => void }

/** A number beyond the end means the last page; what is no number changes nothing. */
function PageNumber({ page, pages, onPage }: NumberProps) {
  const field = useRef<HTMLInputElement>(null)
  const go = (event: FormEvent) => {
    event.preventDefault()
    const text = field.current?.value ?? ''
    const wanted = /^\d+$/.test(text) ? Math.min(Math.max(1, Number(text)), pages) : page
    if (wanted !== page) onPage(wanted)
    else if (field.current) field.current.value = String(page)
  }
  return (
    <form className={css.number} onSubmit={go}>
      <label>
        {words.pageNumber}{' '}
        <input
          ref={field}
          defaultValue={page}
          size={5}
          inputMode="numeric"
          autoComplete="off"
          onFocus={() => field.current?.select()}
        />
      </label>
      {words.ofPages(formatNumber(pages))}
    </form>
  )
}
