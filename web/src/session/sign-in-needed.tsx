import { Details } from '../ui/details.tsx'
import { lock } from '../ui/icons.generated.ts'
import { MessageCard } from '../ui/message-card.tsx'
import { usePathname } from 'wouter/use-browser-location'
import { PageArrival } from '../ui/page-arrival.tsx'
import { SignInButton } from './sign-in-button.tsx'

/** What a protected page is to the signed-out. Its address stays, so that signing in leads back to it. */
export function SignInNeeded() {
  return (
    <MessageCard icon={lock} title="401 · Sign-in needed">
      <PageArrival title="Sign-in needed" path={usePathname()} />
      <p>
        This page is for people who are signed in. After signing in you come straight back here.
      </p>
      <SignInButton />
      <Details title="Why am I seeing this?">
        <p>
          You opened a page that shows data of your organisation, and this browser has no session:
          you have not signed in yet, you signed out, or the session ended because nothing happened
          for a while. No data was loaded.
        </p>
      </Details>
    </MessageCard>
  )
}
