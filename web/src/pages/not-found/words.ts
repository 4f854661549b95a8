import { translated } from '../../languages/translated.ts'

/** The page for an address that does not exist. */
export const words = translated('notFound', {
  title: 'Page not found',
  text: 'There is no page at this address. The link may be out of date or mistyped.',
  home: 'Go to home',
})
