import type { ReactNode } from 'react'
import { SignInButton } from '../../session/require-sign-in.tsx'
import css from './home.module.css'
import { NoTokensCard } from './no-tokens.tsx'
import { words } from './words.ts'

type Props = {
  note: ReactNode
  /** What stands below the first lines. */
  children: ReactNode
}

export function SignedOutHome({ note, children }: Props) {
  return (
    <div className={css.home}>
      {note}
      <div className={css.front}>
        <div className={css.hero}>
          <GateArt />
          <p className={css.status}>{words.signedOut}</p>
          <h1 tabIndex={-1}>{words.title}</h1>
          <p className={css.lead}>{words.lead}</p>
          <div className={css.entry}>
            <SignInButton />
            <p>{words.accounts}</p>
          </div>
        </div>
        <NoTokensCard />
      </div>
      {children}
    </div>
  )
}

/** Decoration: the gate of the logo, large. */
function GateArt() {
  return (
    <svg className={css.gate} viewBox="7 5 18 20" aria-hidden="true">
      <path d="M7 25V14a9 9 0 0 1 18 0v11h-4V14a5 5 0 0 0-10 0v11z" />
      <circle cx="16" cy="17" r="2.4" />
      <path d="M15 18h2l.8 7h-3.6z" />
    </svg>
  )
}
