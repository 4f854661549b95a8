import type { ReactNode } from 'react'
import { SignInButton } from '../../session/sign-in-button.tsx'
import { DeveloperPanel } from './developer-panel.tsx'
import css from './home.module.css'
import { HowItWorks } from './how-it-works.tsx'
import { Proof } from './proof.tsx'
import { StatusLine } from './status-line.tsx'

export function SignedOutHome({ note }: { note: ReactNode }) {
  return (
    <div className={css.home}>
      {note}
      <div className={css.hero}>
        <Gate />
        <StatusLine />
        <h1 tabIndex={-1}>Your organisation’s front door</h1>
        <p className={css.lead}>
          Sign in to see what Microsoft Entra ID says about you, and who else is in your directory.
          The tokens stay on the server.
        </p>
        <div className={css.entry}>
          <SignInButton />
          <p>Work or school accounts only.</p>
        </div>
      </div>
      <HowItWorks />
      <Proof />
      {import.meta.env.DEV && <DeveloperPanel />}
    </div>
  )
}

/** Decoration: the gate of the mark, large. */
function Gate() {
  return (
    <svg className={css.gate} viewBox="7 5 18 20" aria-hidden="true">
      <path d="M7 25V14a9 9 0 0 1 18 0v11h-4V14a5 5 0 0 0-10 0v11z" />
      <circle cx="16" cy="17" r="2.4" />
      <path d="M15 18h2l.8 7h-3.6z" />
    </svg>
  )
}
