import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import type { KnownSession } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { Icon } from '../ui/icon.tsx'
import { checkCircle, info, open } from '../ui/icons.generated.ts'
import menu from '../ui/popover.module.css'
import { closePopover } from '../ui/top-layer.ts'
import css from './development.module.css'
import { doneNow, remember, useDevelopment } from './steps.ts'
import { pillWords as words } from './words.ts'

const id = 'local-tenant'

type Props = { session: KnownSession; path: string }

/** Says on every page that the accounts are not real, and opens what the local tenant can do. */
export function TenantPill({ session, path }: Props) {
  // The bar is on every page, so what a visit to one has done is noted here.
  useEffect(() => remember(doneNow(session, path, 0)), [session, path])
  const controlPage = session.developer?.controlPage
  if (!controlPage && !(session.signedIn && session.localTenant)) return null
  const label = (
    <>
      <Icon path={info} size={16} />
      <span className={css.pillText}>{words.title}</span>
    </>
  )
  // Without popovers, everything that one would hold would lie open in the bar.
  if (!('popover' in HTMLElement.prototype)) {
    return controlPage ? (
      <a className={css.pill} href={controlPage}>
        {label}
      </a>
    ) : (
      <span className={css.pill}>{label}</span>
    )
  }
  return (
    <>
      <button type="button" className={css.pill} popoverTarget={id}>
        {label}
      </button>
      <TenantPopover controlPage={controlPage} />
    </>
  )
}

function TenantPopover({ controlPage }: { controlPage: string | undefined }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <section
      id={id}
      popover="auto"
      className={`${menu.popover} ${css.popover}`}
      aria-label={words.title}
      onToggle={(event) => setOpen(event.newState === 'open')}
    >
      <p className={css.note}>{words.noAccounts}</p>
      {controlPage && (
        <>
          {isOpen && <Failing />}
          <a className={menu.item} href={controlPage} target="_blank" rel="noreferrer">
            <Icon path={open} />
            {words.controlPage}
          </a>
          <Link className={menu.item ?? ''} href={pages.doctor} onClick={close}>
            <Icon path={checkCircle} />
            {words.doctor}
          </Link>
        </>
      )}
    </section>
  )
}

/** The failures that are turned on, as the tenant says when the popover opens. */
function Failing() {
  const { data, isFetching, isError } = useDevelopment()
  const active = data?.scenarios
  useEffect(() => {
    if (active?.length) remember(['breakIt'])
  }, [active])
  if (active?.length) {
    return (
      <div className={css.note}>
        <h2>{words.failing}</h2>
        <ul className={css.failing}>
          {active.map((scenario) => (
            <li key={scenario.id}>{scenario.title}</li>
          ))}
        </ul>
      </div>
    )
  }
  if (data === undefined && isFetching) return <p className={css.note}>…</p>
  return <p className={css.note}>{active && !isError ? words.nothingFails : words.notKnown}</p>
}

function close(): void {
  closePopover(document.getElementById(id))
}
