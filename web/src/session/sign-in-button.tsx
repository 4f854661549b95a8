import css from './sign-in-button.module.css'
import { useSignInUrl } from './return-to.ts'

/** The way to sign in, drawn as Microsoft's branding rules want it: mark, words, colours and sizes. */
export function SignInButton() {
  return (
    <a className={css.button} href={useSignInUrl()}>
      <svg className={css.mark} viewBox="0 0 21 21" width="21" height="21" aria-hidden="true">
        <path fill="#f25022" d="M0 0h10v10H0z" />
        <path fill="#7fba00" d="M11 0h10v10H11z" />
        <path fill="#00a4ef" d="M0 11h10v10H0z" />
        <path fill="#ffb900" d="M11 11h10v10H11z" />
      </svg>
      Sign in with Microsoft
    </a>
  )
}
