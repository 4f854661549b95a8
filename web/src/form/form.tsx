import {
  createContext,
  type ReactNode,
  type SubmitEvent,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { type ApiProblem, fieldErrors } from '@gatehouse/react'
import { ErrorCard } from '../api/error-card.tsx'
import { Button } from '../ui/button.tsx'
import css from './form.module.css'
import { words } from './words.ts'

type FormProps = {
  /** From `useApiMutation`. */
  save: { error: ApiProblem | null; isPending: boolean }
  /** The text of the button. */
  submit: string
  onSubmit: () => void
  /** Fields, such as `TextField`. */
  children: ReactNode
}

/** What the server refused, by the names of fields. */
const FieldErrors = createContext<Readonly<Record<string, string>>>({})

/**
 * A form that saves with a mutation. While it does, the button waits. A refusal is shown at the fields that it names, or
 * below them if the form has no such field, and any other failure as on every page. What was typed stays.
 */
export function Form({ save, submit, onSubmit, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null)
  const { error, isPending } = save
  const errors = fieldErrors(error)
  const isAtFields = Object.keys(errors).length > 0
  const [elsewhere, setElsewhere] = useState<string[]>([])
  // Fields show their own refusal, and mark themselves. Without the others, Save would seem to do nothing.
  useLayoutEffect(() => {
    const marked = [...(form.current?.querySelectorAll('[aria-invalid="true"]') ?? [])]
    const names = new Set(marked.map((field) => field.getAttribute('name')))
    setElsewhere(Object.keys(fieldErrors(error)).filter((name) => !names.has(name)))
  }, [error])
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [error])
  const onFormSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form ref={form} className={css.form} onSubmit={onFormSubmit} aria-busy={isPending}>
      <FieldErrors value={errors}>{children}</FieldErrors>
      {elsewhere.length > 0 && (
        <div role="alert">
          {elsewhere.map((name) => (
            <p key={name} className={css.error}>
              {words.fieldError(name, errors[name] ?? '')}
            </p>
          ))}
        </div>
      )}
      {error && !isAtFields && <ErrorCard error={error} retry={onSubmit} />}
      <div>
        <Button type="submit" disabled={isPending}>
          {isPending ? words.saving : submit}
        </Button>
      </div>
    </form>
  )
}

type FieldProps = {
  /** The name of the member in the body that is sent. */
  name: string
  label: string
  value: string
  onChange: (value: string) => void
  /** What to enter, below the field. */
  hint?: string
  type?: 'text' | 'tel' | 'email' | 'url' | 'date'
  required?: boolean
  maxLength?: number
  autoComplete?: string
}

/** A field of one line, with its label, and what the server refused about it. */
export function TextField({
  name,
  label,
  value,
  onChange,
  hint,
  type = 'text',
  ...rest
}: FieldProps) {
  const id = useId()
  const message = useContext(FieldErrors)[name]
  const described = [hint && `${id}-hint`, message && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={css.input}
        name={name}
        type={type}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={message !== undefined}
        aria-describedby={described || undefined}
        {...rest}
      />
      {hint && (
        <p id={`${id}-hint`} className={css.hint}>
          {hint}
        </p>
      )}
      {message !== undefined && (
        <p id={`${id}-error`} className={css.error}>
          {words.fieldError(label, message)}
        </p>
      )}
    </div>
  )
}
