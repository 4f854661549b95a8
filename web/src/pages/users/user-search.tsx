import { useEffect, useState } from 'react'
import { SearchBox } from '../../ui/search-box.tsx'

/** How long the typing has to pause before the directory is asked, in ms. */
const pause = 250

type Props = { search: string; onSearch: (search: string) => void }

/** What is typed is searched for after a pause; what the address bar says (after Back, say) is shown here. */
export function UserSearch({ search, onSearch }: Props) {
  const [typed, setTyped] = useState(search)
  const [shown, setShown] = useState(search)
  if (shown !== search) {
    setShown(search)
    if (typed.trim() !== search) setTyped(search)
  }
  useEffect(() => {
    if (typed.trim() === search) return undefined
    const timer = setTimeout(() => onSearch(typed.trim()), pause)
    return () => clearTimeout(timer)
  }, [typed, search, onSearch])

  return <SearchBox label="Search users" value={typed} onChange={setTyped} />
}
