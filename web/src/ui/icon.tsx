import css from './icon.module.css'

type Props = { path: string; size?: 16 | 20 | 24 | 32; className?: string | undefined }

/** A drawing from `icons.generated.ts`. It always stands beside words, and is silent for that reason. */
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
