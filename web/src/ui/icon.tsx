import css from './icon.module.css'

type Props = { path: string; size?: 16 | 20 | 24 | 32; className?: string | undefined }

/** An icon of `icons.generated.ts`. It is hidden from screen readers: text always stands beside it. */
export function Icon({ path, size = 20, className }: Props) {
  return (
    <svg
      className={`${css.icon} ${className ?? ''}`}
      viewBox="0 0 20 20"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
    </svg>
  )
}
