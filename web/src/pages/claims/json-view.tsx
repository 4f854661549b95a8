import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { clock } from '../../ui/icons.generated.ts'
import { jsonPieces } from './claim-json.ts'
import css from './json-view.module.css'
import { words } from './words.ts'

/** Claims as JSON, in the order of the token. Long lines scroll sideways. */
export default function JsonView({ claims }: { claims: Record<string, unknown> }) {
  const [withTimes, setWithTimes] = useState(false)
  return (
    <section className={css.block} aria-label={words.jsonBlock}>
      <div className={css.actions}>
        <Button
          variant="subtle"
          icon={clock}
          aria-pressed={withTimes}
          onClick={() => setWithTimes(!withTimes)}
        >
          {words.times}
        </Button>
        <CopyButton text={JSON.stringify(claims, null, 2)} label={words.copyJson} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the arrow keys scroll it */}
      <pre className={css.json} tabIndex={0}>
        {jsonPieces(claims, withTimes).map(({ kind, text }, index) => (
          <span key={index} className={css[kind]}>
            {text}
          </span>
        ))}
      </pre>
    </section>
  )
}
