import { translated } from '../../languages/translated.ts'

/** How a reader sees that the card would find a token. */
export const tryItWords = translated('tryIt', {
  text: 'Plant something that looks like a token and watch the count. You can also paste this line into the console of your browser:',
  plant: 'Plant a fake token',
  remove: 'Remove it',
  copyLine: 'Copy line',
})
