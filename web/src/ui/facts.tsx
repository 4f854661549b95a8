import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import css from './facts.module.css'

type Fact = {
  name: string
  value: ReactNode
  /** Offers to copy this text. */
  copy?: string | undefined
}

/** Names and values below each other. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className={css.facts}>
      {facts.map(({ name, value, copy }) => (
        <div key={name} className={css.fact}>
          <dt>{name}</dt>
          <dd>
            <span className={css.value}>{value}</span>
            {copy && <CopyButton text={copy} label={`Copy ${name.toLowerCase()}`} />}
          </dd>
        </div>
      ))}
    </dl>
  )
}
