import { appAddress } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { StatusCode } from '../session/status-code.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { search } from '../ui/icons.generated.ts'
import { words } from './not-found/words.ts'

export default function NotFound() {
  return (
    <MessageCard icon={search} title={words.title}>
      <StatusCode code={404} />
      <p>{words.text}</p>
      <ButtonLink href={appAddress(pages.home)}>{words.home}</ButtonLink>
    </MessageCard>
  )
}
