/** What the first screen of a page says before the app is there. The build puts it into index.html, in every language. */
import { pages } from '@gatehouse/shared/paths'
import { words as claims } from '../pages/claims/words.ts'
import { signedInWords } from '../pages/home/signed-in-words.ts'
import { words as home } from '../pages/home/words.ts'
import { words as sessions } from '../pages/sessions/words.ts'
import { words as users } from '../pages/users/words.ts'
import { signInNeeded } from '../session/words.ts'

export type FirstScreenTexts = ReturnType<typeof firstScreenTexts>

/** In the language that the texts are in when it is called. */
export function firstScreenTexts() {
  return {
    /** Title and lead of the protected pages, by their paths. */
    pages: {
      [pages.claims]: [claims.title, claims.lead],
      [pages.users]: [users.title, users.lead],
      [pages.sessions]: [sessions.title, sessions.lead],
    } as Readonly<Record<string, readonly [title: string, lead: string]>>,
    home: { status: home.signedOut, title: home.title, lead: home.lead, accounts: home.accounts },
    greeting: {
      hello: signedInWords.hello,
      local: signedInWords.status(signedInWords.localTenant),
      other: signedInWords.status(signedInWords.yourOrganisation),
    },
    signIn: {
      title: signInNeeded.title,
      text: signInNeeded.text,
      button: signInNeeded.withMicrosoft,
    },
  }
}
