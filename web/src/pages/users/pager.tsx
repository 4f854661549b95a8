import { type FormEvent, useLayoutEffect, useRef } from 'react'
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
      <Step to={page > 1 && page - 1} onPage={onPage}>
        {words.previous}
      </Step>
      {pages === undefined ? (
        <p>{words.page(formatNumber(page))}</p>
      ) : (
        <PageNumber page={page} pages={pages} onPage={onPage} />
      )}
      <Step to={hasNext && page + 1} onPage={onPage}>
        {words.next}
      </Step>
    </nav>
  )
}

type StepProps = Pick<Props, 'onPage'> & { to: number | false; children: string }

/** At an end of the list it keeps the focus, which a disabled button would lose. */
function Step({ to, onPage, children }: StepProps) {
  return (
    <Button variant="outline" aria-disabled={!to} onClick={() => to && onPage(to)}>
      {children}
    </Button>
  )
}

type NumberProps = { page: number; pages: number; onPage: (page: number) => void }

/** A number beyond the end means the last page; what is no number changes nothing. */
function PageNumber({ page, pages, onPage }: NumberProps) {
  const field = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    const { current } = field
    if (!current) return
    current.value = String(page)
    // The focus stays, and what is typed next is another number.
    if (current === document.activeElement) current.select()
  }, [page])
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
      <span>{words.ofPages(formatNumber(pages))}</span>
    </form>
  )
}
