import type { AnchorHTMLAttributes, ButtonHTMLAttributes } from 'react'
import css from './button.module.css'
import { Icon } from './icon.tsx'

type Look = { look?: 'primary' | 'outline' | 'subtle'; icon?: string }

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & Look

export function Button({ look = 'primary', icon, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`${css.button} ${css[look]} ${className ?? ''}`} {...rest}>
      {icon && <Icon path={icon} />}
      {children}
    </button>
  )
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & Look

/** A link that looks like a button: it goes somewhere, a button does something. */
export function ButtonLink({ look = 'primary', icon, children, className, ...rest }: LinkProps) {
  return (
    <a className={`${css.button} ${css[look]} ${className ?? ''}`} {...rest}>
      {icon && <Icon path={icon} />}
      {children}
    </a>
  )
}
