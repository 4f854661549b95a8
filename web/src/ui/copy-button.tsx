import { useEffect, useState } from 'react'
import { announce } from '@gatehouse/react'
import { Button } from './button.tsx'
import css from './copy-button.module.css'
import { Icon } from './icon.tsx'
import { check, copy, errorCircle } from './icons.generated.ts'
import { words } from './words.ts'

type Props = {
  text: string
  /** The button's name, which says what is copied: "Copy object id". */
  label: string
  /** Shows the label; otherwise the button is an icon. */
  wide?: boolean
}

type State = 'idle' | 'copied' | 'denied'

export function CopyButton({ text, label, wide = false }: Props) {
  const [state, setState] = useState<State>('idle')
  useEffect(() => {
    if (state === 'idle') return undefined
    const timer = setTimeout(() => setState('idle'), 2000)
    return () => clearTimeout(timer)
  }, [state])

  const onClick = async () => {
    const result = await write(text)
    setState(result)
    announce(resultText(result))
  }
  const icon = { idle: copy, copied: check, denied: errorCircle }[state]
  if (wide) {
    return (
      <Button variant="outline" icon={icon} onClick={() => void onClick()}>
        {state === 'copied' ? words.copied : label}
      </Button>
    )
  }
  const title = resultText(state) || label
  return (
    <button
      type="button"
      className={css.copy}
      data-state={state}
      aria-label={label}
      title={title}
      onClick={() => void onClick()}
    >
      <Icon path={icon} size={16} />
    </button>
  )
}

function resultText(state: State): string {
  return { idle: '', copied: words.copied, denied: words.copyDenied }[state]
}

async function write(text: string): Promise<State> {
  try {
    await navigator.clipboard.writeText(text)
    return 'copied'
  } catch {
    return 'denied'
  }
}
