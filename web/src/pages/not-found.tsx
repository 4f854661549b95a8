import { appAddress } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { ButtonLink } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { search } from '../ui/icons.generated.ts'

export default function NotFound() {
  return (
    <MessageCard icon={search} title="404 · Page not found">
      <p>There is no page at this address. The link may be old, or a letter is missing.</p>
      <ButtonLink href={appAddress(pages.home)}>Home</ButtonLink>
    </MessageCard>
  )
}
