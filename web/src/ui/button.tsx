import type { AnchorHTMLAttributes, ButtonHTMLAttributes } from 'react'
import css from './button.module.css'
import { Icon } from './icon.tsx'

type Common = { variant?: 'primary' | 'outline' | 'subtle'; icon?: string }

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & Common

export function Button({ variant = 'primary', icon, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`${css.button} ${css[variant]} ${className ?? ''}`} {...rest}>
      {icon && <Icon path={icon} />}
      {/* A text beside others stays as it is in a browser that translates the page. */}
      <span>{children}</span>
    </button>
  )
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & Common

/** A link that looks like a button: it leads to an address, a button runs an action. */
export function ButtonLink({ variant = 'primary', icon, children, className, ...rest }: LinkProps) {
  return (
    <a className={`${css.button} ${css[variant]} ${className ?? ''}`} {...rest}>
      {icon && <Icon path={icon} />}
      {children}
    </a>
  )
}
