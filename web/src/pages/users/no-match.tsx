import { Button } from '../../ui/button.tsx'
import { search as searchIcon } from '../../ui/icons.generated.ts'
import { MessageCard } from '../../ui/message-card.tsx'

export function NoMatch({ search, clear }: { search: string; clear: () => void }) {
  if (!search) {
    return (
      <MessageCard icon={searchIcon} title="Nobody here" heading="h2">
        <p>The directory lists no users for you.</p>
      </MessageCard>
    )
  }
  return (
    <MessageCard icon={searchIcon} title={`No one matches “${search}”`} heading="h2">
      <p>Search looks at the start of names and user names.</p>
      <Button look="outline" onClick={clear}>
        Clear search
      </Button>
    </MessageCard>
  )
}
