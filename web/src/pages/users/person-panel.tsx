import { useDeferredValue, useEffect, useRef, type ReactNode } from 'react'
import type { DirectoryUser } from '@gatehouse/shared/users'
import { Avatar } from '../../ui/avatar.tsx'
import { Badge } from '../../ui/badge.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { DescriptionList } from '../../ui/description-list.tsx'
import { Icon } from '../../ui/icon.tsx'
import { arrowSortDown, arrowSortUp, open } from '../../ui/icons.generated.ts'
import { SidePanel } from '../../ui/side-panel.tsx'
import css from './person-panel.module.css'
import { homeAddress, nameOf, shownUserName } from './person.ts'
import { words } from './words.ts'

type Props = {
  user: DirectoryUser
  /** Shows the person before or after this one; undefined at an end of the list. */
  onPrevious: (() => void) | undefined
  onNext: (() => void) | undefined
  onClose: () => void
}

/** The directory entry of one user. */
export function PersonPanel({ user, onPrevious, onNext, onClose }: Props) {
  // The panel opens with the name, and a slow phone draws the rest a moment later.
  const isOpen = useDeferredValue(true, false)
  return (
    <SidePanel
      title={<bdi>{nameOf(user)}</bdi>}
      actions={<Steps onPrevious={onPrevious} onNext={onNext} />}
      onClose={onClose}
    >
      {isOpen && <Entry user={user} />}
    </SidePanel>
  )
}

function Entry({ user }: { user: DirectoryUser }) {
  const isGuest = homeAddress(user) !== undefined
  return (
    <>
      <div className={css.person}>
        <Avatar name={nameOf(user)} id={user.id} size="large" urgent />
        <p>
          <bdi>{shownUserName(user)}</bdi>
        </p>
        {isGuest && <Badge>{words.guest}</Badge>}
      </div>
      <DescriptionList
        items={propertiesOf(user).map(([property, value]) => ({
          name: words.properties[property],
          value: valueOf(property, value),
          copy: value ?? undefined,
          long: longProperties.has(property),
        }))}
      />
      <div className={css.actions}>
        <CopyButton text={asText(user)} label={words.copyAll} wide />
        <ButtonLink
          variant="outline"
          icon={open}
          href={adminCenter(user.id)}
          target="_blank"
          rel="noreferrer"
        >
          {words.adminCenter}
        </ButtonLink>
      </div>
    </>
  )
}

type Property = keyof typeof words.properties

/** Their values are too long to stand beside their names. */
const longProperties: ReadonlySet<Property> = new Set([
  'mail',
  'homeAddress',
  'userPrincipalName',
  'id',
])

/** Every property, known or not. The display name is the title, and is listed only if there is none. */
function propertiesOf(user: DirectoryUser): [Property, string | null][] {
  const home = homeAddress(user)
  const { displayName, givenName, surname, mail, userPrincipalName, id } = user
  return [
    ...(displayName?.trim() ? [] : [['displayName', null] satisfies [Property, null]]),
    ['givenName', givenName],
    ['surname', surname],
    ['mail', mail],
    ...(home === undefined ? [] : [['homeAddress', home] satisfies [Property, string]]),
    ['userPrincipalName', userPrincipalName],
    ['id', id],
  ]
}

function valueOf(property: Property, value: string | null): ReactNode {
  if (!value) return <span className={css.none}>{words.notSet}</span>
  if (property === 'mail') return <a href={mailLink(value)}>{value}</a>
  if (property === 'id') return <code className={css.id}>{value}</code>
  return <bdi>{value}</bdi>
}

/** An address is a property of the directory: nothing in it may add a header to the message. */
export function mailLink(address: string): string {
  return `mailto:${encodeURIComponent(address.toWellFormed()).replaceAll('%40', '@')}`
}

/** What is known, one property per line. */
export function asText(user: DirectoryUser): string {
  const named: [Property, string | null][] = [
    ['displayName', user.displayName?.trim() ?? null],
    ...propertiesOf(user),
  ]
  return named
    .flatMap(([property, value]) => (value ? [words.line(words.properties[property], value)] : []))
    .join('\n')
}

type StepsProps = Pick<Props, 'onPrevious' | 'onNext'>

/** The buttons, and the arrow keys where the panel has nothing to scroll, for the next and the previous person. */
function Steps({ onPrevious, onNext }: StepsProps) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const dialog = box.current?.closest('dialog')
    const onKeyDown = (event: KeyboardEvent) => {
      const step = { ArrowUp: onPrevious, ArrowDown: onNext }[event.key]
      const scrolls = dialog && dialog.scrollHeight > dialog.clientHeight
      if (!step || scrolls || event.altKey || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      step()
    }
    dialog?.addEventListener('keydown', onKeyDown)
    return () => dialog?.removeEventListener('keydown', onKeyDown)
  }, [onPrevious, onNext])
  return (
    <div ref={box} className={css.steps}>
      <Step label={words.previousPerson} icon={arrowSortUp} keys="ArrowUp" onStep={onPrevious} />
      <Step label={words.nextPerson} icon={arrowSortDown} keys="ArrowDown" onStep={onNext} />
    </div>
  )
}

type StepProps = { label: string; icon: string; keys: string; onStep: (() => void) | undefined }

/** At an end of the list it keeps the focus, which a disabled button would lose. */
function Step({ label, icon, keys, onStep }: StepProps) {
  return (
    <button
      type="button"
      className={css.step}
      aria-label={label}
      title={label}
      aria-keyshortcuts={keys}
      aria-disabled={!onStep}
      onClick={onStep}
    >
      <Icon path={icon} />
    </button>
  )
}

/** The page of a person at Microsoft. */
export function adminCenter(id: string): string {
  const blade = 'Microsoft_AAD_UsersAndTenants/UserProfileMenuBlade/~/overview'
  return `https://entra.microsoft.com/#view/${blade}/userId/${encodeURIComponent(id.toWellFormed())}`
}
