import { storageName } from '@gatehouse/react'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import css from './no-tokens.module.css'
import { tryItWords as words } from './try-it-words.ts'

const fakeToken = storageName('fake-token')

/** It has a token's form and signs nobody in. The console line says the same, so nothing in it looks like a token. */
const fakeValue = () => `${btoa('{"alg":"HS256"}')}.${btoa('{"sub":"me"}')}.`
const consoleLine = `localStorage.setItem('${fakeToken}', btoa('{"alg":"HS256"}') + '.' + btoa('{"sub":"me"}') + '.')`

type Props = {
  /** The names in local storage. */
  stored: string[]
  /** Counts again. */
  count: () => void
}

/** Lets the reader see that the card would find a token. */
export default function TryIt({ stored, count }: Props) {
  const planted = stored.includes(fakeToken)
  const change = () => {
    try {
      if (planted) localStorage.removeItem(fakeToken)
      else localStorage.setItem(fakeToken, fakeValue())
    } catch {
      // Storage is disabled: nothing can be planted.
    }
    count()
  }
  return (
    <>
      <p>{words.text}</p>
      <p className={css.line}>
        <code>{consoleLine}</code>
        <CopyButton text={consoleLine} label={words.copyLine} />
      </p>
      <Button variant="outline" onClick={change}>
        {planted ? words.remove : words.plant}
      </Button>
    </>
  )
}
