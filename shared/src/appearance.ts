/** What this app looks like. Change it here: the pages, the tab's icon and `npm run register` follow. */
import type { Appearance } from '@gatehouse/contract/appearance'

export const appearance: Appearance = {
  name: 'Gatehouse',
  // A file in web/public.
  logo: 'logo.svg',
  brandColor: '#0f6cbd',
  // An email address or an https address; error messages then have a link to it.
  // support: 'help@example.com',
}
