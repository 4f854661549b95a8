import { translated } from '../../languages/translated.ts'

/** A server that did not answer. They are in the first download: nothing more may come. */
export const words = translated('connection', {
  offline: { title: 'You’re offline', text: 'The page will load when you’re back online.' },
  unreachable: {
    title: 'This app’s server didn’t answer',
    text: 'Check your connection, or try again in a moment.',
  },
  tryAgain: 'Try again',
})
