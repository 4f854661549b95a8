import { Button } from '../../ui/button.tsx'
import { formatNumber } from '../../ui/format-number.ts'
import css from './pager.module.css'

type Props = {
  page: number
  pages: number | undefined
  hasNext: boolean
  go: (page: number) => void
}

export function Pager({ page, pages, hasNext, go }: Props) {
  return (
    <nav className={css.pager} aria-label="Pages of users">
      <Button look="outline" disabled={page === 1} onClick={() => go(page - 1)}>
        Previous
      </Button>
      <p>
        {pages
          ? `Page ${formatNumber(page)} of ${formatNumber(pages)}`
          : `Page ${formatNumber(page)}`}
      </p>
      <Button look="outline" disabled={!hasNext} onClick={() => go(page + 1)}>
        Next
      </Button>
    </nav>
  )
}
