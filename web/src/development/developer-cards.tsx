import { type ReactNode, useEffect } from 'react'
import { Link, useLocation } from 'wouter'
import { type KnownSession, useApi } from '@gatehouse/react'
import { api, pages } from '@gatehouse/shared/paths'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { DescriptionList } from '../ui/description-list.tsx'
import { Icon } from '../ui/icon.tsx'
import { arrowRight, checkCircle, info, open } from '../ui/icons.generated.ts'
import css from './development.module.css'
import { doneNow, remember, type Step, steps, useDevelopment, useRemembered } from './steps.ts'
import { names, panelWords, startWords, stepWords } from './words.ts'

type Facts = NonNullable<KnownSession['developer']>

type Props = { session: KnownSession; facts: Facts }

/** What leads a developer on, on the home page. */
export function DeveloperCards({ session, facts }: Props) {
  return (
    <div className={css.cards}>
      <GetStarted session={session} facts={facts} />
      {facts.localTenant ? (
        <LocalPanel session={session} facts={facts} />
      ) : (
        <OwnPanel session={session} />
      )}
    </div>
  )
}

/** The first steps. Each is ticked by what was done, not by a click on it. */
function GetStarted({ session, facts }: Props) {
  const [path] = useLocation()
  const active = useDevelopment().data?.scenarios?.length ?? 0
  const now = doneNow(session, path, active)
  const remembered = useRemembered()
  useEffect(() => remember(doneNow(session, path, active)), [session, path, active])
  const isDone = (step: Step) => remembered.includes(step) || now.includes(step)
  const count = steps.filter(isDone).length
  const text = textsOf(facts)
  return (
    <Card
      title={startWords.title}
      icon={arrowRight}
      aside={<Badge tone="brand">{startWords.done(count, steps.length)}</Badge>}
    >
      <p className={css.quiet}>
        {startWords.what} {startWords.read} <code>{names.readme}</code> {startWords.and}{' '}
        <code>{names.docs}</code>.
      </p>
      <ol className={css.steps}>
        {steps.map((step) => (
          <li key={step} className={css.step} data-done={isDone(step)}>
            <span className={css.tick}>
              {isDone(step) && <Icon path={checkCircle} size={24} />}
            </span>
            <div className={css.what}>
              <h3>
                <span className="hidden-visually">
                  {isDone(step) ? startWords.isDone : startWords.isOpen}{' '}
                </span>
                {text[step].title}
              </h3>
              <p className={css.quiet}>{text[step].text}</p>
            </div>
            {text[step].action}
          </li>
        ))}
      </ol>
    </Card>
  )
}

/** What each step says, and the one thing that it offers. */
function textsOf({ localTenant, controlPage }: Facts) {
  const texts: Record<Step, { title: string; text: string; action?: ReactNode }> = {
    signIn: localTenant
      ? { title: stepWords.signIn, text: stepWords.signInText }
      : { title: stepWords.signInOwn, text: stepWords.signInOwnText },
    token: {
      title: stepWords.token,
      text: stepWords.tokenText,
      action: (
        <Link className={css.link ?? ''} href={pages.claims}>
          {stepWords.tokenLink}
        </Link>
      ),
    },
    breakIt: {
      title: stepWords.breakIt,
      text: controlPage ? stepWords.breakText : stepWords.breakOwnText,
      action: controlPage && <Outside href={controlPage}>{stepWords.breakLink}</Outside>,
    },
    connect: {
      title: stepWords.connect,
      text: stepWords.connectText,
      action: <ToCopy text={names.register} label={panelWords.copyCommand} />,
    },
    ownPage: {
      title: stepWords.ownPage,
      text: stepWords.ownPageText,
      action: <ToCopy text={names.recipe} label={panelWords.copyPath} />,
    },
  }
  return texts
}

function Outside({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a className={css.link} href={href} target="_blank" rel="noreferrer">
      {children}
      <Icon path={open} size={16} />
    </a>
  )
}

function ToCopy({ text, label }: { text: string; label: string }) {
  return (
    <span className={css.copy}>
      <code>{text}</code>
      <CopyButton text={text} label={label} />
    </span>
  )
}

function LocalPanel({ session, facts: { controlPage } }: Props) {
  return (
    <Card title={panelWords.title} icon={info}>
      <p className={css.quiet}>
        {panelWords.local} {!session.signedIn && panelWords.signedOut}
      </p>
      <p className={css.quiet}>{panelWords.doctorLead}</p>
      <p className={css.links}>
        {controlPage && <Outside href={controlPage}>{panelWords.controlPage}</Outside>}
        <Link className={css.link ?? ''} href={pages.doctor}>
          {panelWords.doctor}
        </Link>
        <ToCopy text={names.register} label={panelWords.copyCommand} />
      </p>
    </Card>
  )
}

function row(name: string, value: string | undefined) {
  return { name, value: <code>{value ?? '…'}</code>, copy: value }
}

/** The registration that the configuration names. The rows keep their place while it loads. */
function OwnPanel({ session }: Pick<Props, 'session'>) {
  const { data } = useDevelopment()
  return (
    <Card title={panelWords.title} icon={info}>
      <p className={css.quiet}>
        {panelWords.own} {!session.signedIn && panelWords.signedOut}
      </p>
      <DescriptionList
        items={[
          row(panelWords.tenant, data?.tenant),
          row(panelWords.clientId, data?.clientId),
          row(panelWords.redirectUri, data?.redirectUri),
        ]}
      />
      <DoctorResult />
      <p className={css.links}>
        {data && <Outside href={data.registrationUrl}>{panelWords.registration}</Outside>}
        <Link className={css.link ?? ''} href={pages.doctor}>
          {panelWords.openDoctor}
        </Link>
      </p>
    </Card>
  )
}

/** How many of the doctor's checks passed: of those that were made. */
function DoctorResult() {
  const { data, failureReason } = useApi(api.doctor)
  if (!data) return <p>{withoutResult(failureReason?.code)}</p>
  const made = data.findings.filter(({ status }) => status !== 'unknown')
  const passed = made.filter(({ status }) => status === 'pass').length
  return (
    <p>
      <Badge tone={passed === made.length ? 'success' : 'warning'}>
        {panelWords.checked(passed, made.length)}
      </Badge>
    </p>
  )
}

/** @param code of the last failure, also while it is tried again */
function withoutResult(code: string | undefined): string {
  if (code === undefined) return panelWords.checking
  return code === 'too_many_requests' ? panelWords.askedTooOften : panelWords.notChecked
}
