import { Icon } from '../../ui/icon.tsx'
import { arrowSortDown, arrowSortUp } from '../../ui/icons.generated.ts'
import type { Sort } from './list.ts'
import css from './user-table.module.css'

/** The head of the column that can be sorted; pressing it turns the order round. */
export function SortHeader({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  const ascending = sort === 'name'
  return (
    <th scope="col" aria-sort={ascending ? 'ascending' : 'descending'}>
      <button
        type="button"
        className={css.sort}
        onClick={() => onSort(ascending ? '-name' : 'name')}
      >
        Name
        <Icon path={ascending ? arrowSortUp : arrowSortDown} size={16} />
      </button>
    </th>
  )
}
