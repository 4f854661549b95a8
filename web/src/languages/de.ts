/** German, as Microsoft's own pages call things. Readers are addressed with "Sie". */
import type { Catalogue } from './catalogue.ts'

const accountFine = 'Mit Ihrem Konto ist alles in Ordnung.'
const comeBack = 'Sie kehren zu dieser Seite zurück. Ihre Suche bleibt erhalten.'
const ifItStays = 'Wenn das Problem weiterhin auftritt, senden Sie uns die Details unten.'
const sendDetails =
  'Ein neuer Versuch hilft nicht. Senden Sie die Details unten an das Team, das diese App betreibt.'
const forAdministrator =
  'Wenn Microsoft eine Administratorgenehmigung verlangt, senden Sie diese Details an Ihre Administration.'
const unconfirmedDevice = 'Wir konnten dieses Gerät nicht bestätigen'
const outAndIn = 'Melden Sie sich danach ab und wieder an.'

const inSeconds = (count: number) => (count === 1 ? '1 Sekunde' : `${count} Sekunden`)
const checks = (count: number) => (count === 1 ? '1 Prüfung' : `${count} Prüfungen`)

export default {
  document: {
    outdated:
      'Dieser Browser ist veraltet, deshalb können Teile dieser Seite falsch aussehen. Aktualisieren Sie ihn oder verwenden Sie einen anderen.',
    incomplete:
      'Diese Seite wurde nicht vollständig geladen. Prüfen Sie Ihre Verbindung und laden Sie sie dann neu.',
    noScript: 'Diese Seite benötigt JavaScript.',
  },
  permissions: {
    'User.Read': 'Ihr eigenes Profil lesen',
    'User.ReadBasic.All': 'Namen und Adressen der Personen in Ihrer Organisation sehen',
    'User.Read.All': 'Die Profile der Personen in Ihrer Organisation lesen',
    'User.ReadWrite.All': 'Die Profile der Personen in Ihrer Organisation lesen und ändern',
    'People.Read': 'Sehen, mit wem Sie zusammenarbeiten',
    'Presence.Read.All': 'Sehen, wer verfügbar ist',
    'Directory.Read.All': 'Das Verzeichnis Ihrer Organisation lesen',
    'Organization.Read.All': 'Die Angaben zu Ihrer Organisation lesen',
    'Group.Read.All': 'Die Gruppen Ihrer Organisation und deren Inhalte lesen',
    'GroupMember.Read.All': 'Sehen, wer in welcher Gruppe ist',
    'Mail.Read': 'Ihre E-Mails lesen',
    'Mail.Send': 'E-Mails in Ihrem Namen senden',
    'Calendars.Read': 'Ihren Kalender lesen',
    'Calendars.ReadWrite': 'Ihren Kalender lesen und ändern',
    'Contacts.Read': 'Ihre Kontakte lesen',
    'Files.Read': 'Ihre Dateien lesen',
    'Files.Read.All': 'Alle Dateien lesen, die Sie öffnen können',
    'Sites.Read.All': 'Alle Websites lesen, die Sie öffnen können',
    'Tasks.Read': 'Ihre Aufgaben lesen',
  },
  connection: {
    offline: {
      title: 'Sie sind offline',
      text: 'Die Seite wird geladen, sobald Sie wieder online sind.',
    },
    unreachable: {
      title: 'Der Server dieser App hat nicht geantwortet',
      text: 'Prüfen Sie Ihre Verbindung oder versuchen Sie es gleich noch einmal.',
    },
    tryAgain: 'Erneut versuchen',
  },
  errorActions: {
    home: 'Zur Startseite',
    continue: 'Weiter',
    signInAgain: 'Erneut anmelden',
    copyForAdministrator: 'Details für Ihre Administration kopieren',
    copyDetails: 'Details kopieren',
    details: 'Details',
    getHelp: 'Brauchen Sie Hilfe?',
    tryAgain: 'Erneut versuchen',
    tryAgainIn: (time) => `In ${time} erneut versuchen`,
    shortSeconds: (count) => `${count} s`,
    tryAgainNow: 'Sie können es jetzt erneut versuchen.',
  },
  waiting: {
    seconds: inSeconds,
    in: (seconds) => `Neuer Versuch in ${inSeconds(seconds)}.`,
    now: 'Neuer Versuch läuft.',
    announcement: (title, text) => `${title}. ${text}`,
  },
  errorDetails: {
    app: 'App',
    problem: 'Problem',
    api: 'API',
    status: 'Status',
    permissions: 'Berechtigungen',
    roles: 'Erforderliche Rolle',
    groups: 'Erforderliche Gruppe',
    requestId: 'Anfrage-ID',
    time: 'Zeitpunkt',
    page: 'Seite',
  },
  failures: {
    internal: {
      title: 'Bei uns ist ein Fehler aufgetreten',
      text: `Versuchen Sie es erneut. ${ifItStays}`,
    },
    unreadable: {
      title: 'Diese App konnte die Antwort nicht lesen',
      text: `Der Server oder etwas auf dem Weg zu ihm hat eine Antwort gesendet, die diese Seite nicht versteht. Versuchen Sie es erneut. ${ifItStays}`,
    },
    upstreamFailed: {
      title: 'Ein Dienst hinter dieser App hat keine brauchbare Antwort gegeben',
      text: 'Das ist meist vorübergehend.',
    },
    upstreamTimeout: {
      title: 'Ein Dienst hinter dieser App hat nicht rechtzeitig geantwortet',
      text: 'Das ist meist vorübergehend.',
    },
    confirm: { title: 'Microsoft muss Ihre Identität überprüfen', text: comeBack },
    signInAgain: { title: 'Melden Sie sich erneut an, um fortzufahren', text: comeBack },
    forbidden: {
      title: 'Sie haben keinen Zugriff',
      text: 'Ihrem Konto fehlt die Berechtigung, dies zu sehen.',
    },
    roleMissing: {
      title: 'Ihnen fehlt die Rolle dafür',
      text: (roles) =>
        `Dafür ist die Rolle ${roles} erforderlich. Die Administration Ihrer Organisation kann sie Ihnen zuweisen. ${outAndIn}`,
    },
    groupMissing: {
      title: 'Sie sind nicht in der Gruppe dafür',
      text: `Nur Mitglieder bestimmter Gruppen können dies sehen. Die Administration Ihrer Organisation kann Sie hinzufügen. ${outAndIn}`,
    },
    tooManyRequests: {
      title: 'Zu viele Anfragen',
      text: 'Diese App hat von Ihnen oder aus Ihrem Netzwerk sehr viele Anfragen erhalten. Warten Sie einen Moment und versuchen Sie es dann erneut.',
    },
    unavailable: {
      title: 'Zurzeit nicht verfügbar',
      text: `Diese App oder Microsoft kann gerade nicht antworten. ${accountFine}`,
    },
    notFound: {
      title: 'Hier ist nichts',
      text: 'Was Sie aufgerufen haben, gibt es nicht oder nicht mehr.',
    },
    conflict: {
      title: 'Inzwischen hat sich etwas geändert',
      text: 'Es gibt eine neuere Version, oder jemand anderes hat das Element gesperrt.',
    },
    stillRunning: {
      title: 'Das ist noch nicht fertig',
      text: 'Ihr erster Versuch wird noch bearbeitet. Versuchen Sie es gleich noch einmal.',
    },
    storageFull: {
      title: 'Es ist kein Speicherplatz mehr frei',
      text: 'Dafür reicht der Platz nicht. Löschen Sie zuerst etwas.',
    },
    misconfigured: { title: 'Diese App ist dafür nicht eingerichtet', text: sendDetails },
  },
  apiFailures: {
    graph: 'Microsoft Graph',
    noUsableAnswer: (name) => `${name} hat keine brauchbare Antwort gegeben`,
    noAnswer: (name) => `${name} hat nicht rechtzeitig geantwortet`,
    usuallyTemporary: `Das ist meist vorübergehend. ${accountFine}`,
    busy: (name) => `${name} ist ausgelastet`,
    tooMany: `Der Dienst erhält zu viele Anfragen. ${accountFine}`,
    unavailable: (name) => `${name} ist nicht verfügbar`,
    temporary: `Das ist vorübergehend. ${accountFine}`,
    refused: (name) => `${name} hat diese Anfrage nicht akzeptiert`,
    changeIt: 'Ändern Sie Ihre Eingabe oder Suche. Dieselbe Anfrage würde wieder abgelehnt.',
    notOffered: (name) => `Diese App hat von ${name} etwas verlangt, das dort nicht angeboten wird`,
    notSetUp: (name) => `Diese App ist nicht für ${name} eingerichtet`,
    sendDetails,
    conflict: (name) =>
      `Bei ${name} gibt es eine neuere Version, oder jemand anderes hat das Element gesperrt.`,
    full: (name) => `Bei ${name} reicht der Platz dafür nicht. Löschen Sie dort zuerst etwas.`,
    missing: (name) => `Was Sie aufgerufen haben, gibt es bei ${name} nicht oder nicht mehr.`,
  },
  consent: {
    title: 'Diese App benötigt Ihre Zustimmung',
    titleForAdministrator: 'Die Administration muss diese App genehmigen',
    text: (permissions) => `Für diese Seite erforderlich: ${permissions}.`,
    textWithout: 'Diese Seite benötigt eine Berechtigung, die noch nicht erteilt wurde.',
    quoted: (permission) => `„${permission}“`,
    reviewPermissions: 'Berechtigungen prüfen',
    forAdministrator,
  },
  deviceProofFailure: {
    title: unconfirmedDevice,
    text: 'Ihre Sitzung gilt nur auf dem Gerät, auf dem Sie sich angemeldet haben. Dieser Browser konnte gerade nicht nachweisen, dass er auf diesem Gerät läuft. Es wurde nichts geändert.',
  },
  localTenant: {
    title: 'Lokaler Mandant',
    noAccounts: 'Keine echten Konten: Alle Personen hier sind generiert.',
    failing: 'Jetzt eingeschaltet',
    nothingFails: 'Keine Fehler aktiv.',
    notKnown: 'Der lokale Mandant hat nicht geantwortet.',
    controlPage: 'Steuerseite',
    doctor: 'Doctor',
  },
  getStarted: {
    title: 'Erste Schritte',
    what: 'Das ist Gatehouse: Anmeldung mit Microsoft Entra für React. Token bleiben auf dem Server.',
    read: 'Mehr dazu in',
    and: 'und',
    done: (count, all) => `${count} von ${all} erledigt`,
    isDone: 'Erledigt:',
    isOpen: 'Offen:',
  },
  steps: {
    signIn: 'Als Testperson anmelden',
    signInText: 'Wählen Sie eine beliebige Person in der Kontoliste. Kennwörter gibt es nicht.',
    signInOwn: 'Anmelden',
    signInOwnText: 'Mit einem Konto Ihres Mandanten.',
    token: 'Ihr ID-Token lesen',
    tokenText: 'Jeder Claim darin, erklärt.',
    tokenLink: 'ID-Token öffnen',
    breakIt: 'Einen Fehler auslösen',
    breakText:
      'Schalten Sie einen Fehler ein, sehen Sie, was die App dann zeigt, und fragen Sie Doctor.',
    breakOwnText:
      'Das kann der lokale Mandant. Er läuft, solange kein eigener Mandant konfiguriert ist.',
    breakLink: 'Steuerseite öffnen',
    connect: 'Ihren Mandanten verbinden',
    connectText: 'Ein Befehl registriert die App und schreibt die Konfiguration.',
    ownPage: 'Eigene Seite und API hinzufügen',
    ownPageText: 'Drei neue Dateien und ein paar Zeilen, Schritt für Schritt.',
  },
  forDevelopers: {
    title: 'Für die Entwicklung',
    local:
      'Sie verwenden den integrierten lokalen Mandanten: 250 generierte Personen, nichts einzurichten.',
    own: 'Fügen Sie in Ihrer App-Registrierung unter „Web“ genau diese Umleitungs-URI hinzu.',
    signedOut: 'Seiten, die eine Anmeldung erfordern, antworten mit 401, bis Sie sich anmelden.',
    doctorLead:
      'Funktioniert etwas nicht? Doctor prüft Ihre Einrichtung und sagt Ihnen, was zu beheben ist.',
    controlPage: 'Steuerseite',
    doctor: 'Doctor',
    openDoctor: 'Doctor öffnen',
    registration: 'App-Registrierung öffnen',
    tenant: 'Mandant',
    clientId: 'Anwendungs-ID (Client)',
    redirectUri: 'Umleitungs-URI',
    checking: 'Doctor prüft\u00a0…',
    checked: (passed, all) => `${passed} von ${checks(all)} bestanden`,
    notChecked: 'Doctor hat nicht geantwortet.',
    askedTooOften:
      'Doctor prüft höchstens ein paar Mal pro Minute. Sehen Sie gleich noch einmal nach.',
    copyCommand: 'Befehl kopieren',
    copyPath: 'Pfad kopieren',
  },
  form: {
    saving: 'Wird gespeichert\u00a0…',
    // The server says in English what is wrong with the field.
    fieldError: (label, message) => `${label}: ${message}.`,
  },
  crash: {
    title: 'Diese Seite funktioniert nicht mehr',
    text: `Laden Sie sie neu. ${ifItStays}`,
    reload: 'Neu laden',
    details: 'Details',
    error: 'Fehler',
    page: 'Seite',
  },
  frame: { skip: 'Zum Inhalt springen', pages: 'Seiten' },
  account: {
    title: 'Konto',
    signIn: 'Anmelden',
    microsoftAccount: 'Ihr Microsoft-Konto verwalten',
    sessions: 'Ihre Sitzungen',
    signOut: 'Abmelden',
    signOutFailed:
      'Wir konnten Sie nicht abmelden. Sie sind noch angemeldet: Versuchen Sie es erneut.',
  },
  theme: {
    title: 'Design und Sprache',
    theme: 'Design',
    language: 'Sprache',
    system: 'System',
    light: 'Hell',
    dark: 'Dunkel',
  },
  titles: {
    home: 'Start',
    claims: 'ID-Token',
    users: 'Personen',
    sessions: 'Ihre Sitzungen',
    signedOut: 'Abgemeldet',
    signInProblem: 'Problem bei der Anmeldung',
    doctor: 'Doctor',
    notFound: 'Seite nicht gefunden',
  },
  claimMeanings: {
    name: {
      label: 'Name',
      meaning:
        'Wie Sie anzusprechen sind. Der Name kann sich ändern, und zwei Personen können denselben haben.',
    },
    preferred_username: {
      label: 'Benutzername',
      meaning:
        'Was Sie zum Anmelden eingeben. Er kann sich ändern, zum Beispiel bei einer Heirat. Verwenden Sie ihn nie als Schlüssel.',
    },
    email: { label: 'E-Mail-Adresse', meaning: 'Eine Adresse aus dem Verzeichnis. Nicht geprüft.' },
    given_name: {
      label: 'Vorname',
      meaning: 'Ihr Vorname, so wie er im Verzeichnis geschrieben ist.',
    },
    family_name: {
      label: 'Nachname',
      meaning: 'Ihr Nachname, so wie er im Verzeichnis geschrieben ist.',
    },
    upn: {
      label: 'Benutzerprinzipalname',
      meaning:
        'Ihr Name im Verzeichnis. Die Administration kann ihn ändern und an jemand anderen vergeben.',
    },
    oid: {
      label: 'Objekt-ID',
      meaning:
        'Identifiziert Sie in diesem Verzeichnis, in jeder App. Verwenden Sie sie zusammen mit tid als Schlüssel.',
    },
    sub: {
      label: 'Subjekt',
      meaning: 'Identifiziert Sie nur in dieser App. Andere Apps erhalten einen anderen Wert.',
    },
    roles: { label: 'App-Rollen', meaning: 'Die Rollen dieser App, die Ihnen zugewiesen sind.' },
    groups: { label: 'Gruppen', meaning: 'Die Objekt-IDs von Gruppen, zu denen Sie gehören.' },
    wids: {
      label: 'Verzeichnisrollen',
      meaning: 'Ihre Administratorrollen im gesamten Mandanten, als Vorlagen-IDs.',
    },
    hasgroups: {
      label: 'Zu viele Gruppen',
      meaning:
        'Sie gehören zu mehr Gruppen, als in ein Token passen. Microsoft Graph hat die vollständige Liste.',
    },
    _claim_names: {
      label: 'Zu viele Gruppen',
      meaning:
        'Nennt die Claims, die wegen ihrer Größe weggelassen wurden, zum Beispiel Ihre Gruppen.',
    },
    _claim_sources: {
      label: 'Wo der Rest ist',
      meaning: 'Die Adressen, an denen die weggelassenen Claims abgerufen werden können.',
    },
    acct: {
      label: 'Mitglied oder Gast',
      meaning: '0 für ein Mitglied der Organisation, 1 für einen Gast.',
    },
    ctry: { label: 'Land', meaning: 'Das Land in Ihrem Verzeichniseintrag, als zwei Buchstaben.' },
    xms_pl: {
      label: 'Bevorzugte Sprache',
      meaning: 'Die Sprache, die Sie für Ihr Konto gewählt haben.',
    },
    login_hint: {
      label: 'Anmeldehinweis',
      meaning:
        'Damit kann Microsoft die Kontoauswahl überspringen, wenn Sie sich an- oder abmelden.',
    },
    ipaddr: {
      label: 'IP-Adresse',
      meaning: 'Die Adresse, von der Sie sich angemeldet haben, wie Microsoft sie damals sah.',
    },
    verified_primary_email: {
      label: 'Geprüfte primäre Adressen',
      meaning: 'Ihre primären Adressen in Domänen, die die Organisation nachgewiesen hat.',
    },
    verified_secondary_email: {
      label: 'Geprüfte weitere Adressen',
      meaning: 'Ihre weiteren Adressen in Domänen, die die Organisation nachgewiesen hat.',
    },
    tid: {
      label: 'Mandanten-ID',
      meaning:
        'Die Organisation, deren Verzeichnis Sie angemeldet hat. Die eine Hälfte des Schlüssels; oid ist die andere.',
    },
    iss: {
      label: 'Aussteller',
      meaning:
        'Wer dieses Token ausgestellt hat. Der Server akzeptiert nur den Aussteller, den er erwartet.',
    },
    idp: {
      label: 'Identitätsanbieter',
      meaning:
        'Wer Sie authentifiziert hat, falls nicht der Aussteller: bei Gästen deren Heimatorganisation.',
    },
    tenant_ctry: {
      label: 'Land des Mandanten',
      meaning: 'Das Land, das die Organisation bei ihrer Registrierung angegeben hat.',
    },
    tenant_region_scope: {
      label: 'Region des Mandanten',
      meaning: 'Der Teil der Welt, in dem das Verzeichnis gespeichert ist.',
    },
    tenant_region_sub_scope: {
      label: 'Unterregion des Mandanten',
      meaning:
        'Wo in seiner Region das Verzeichnis gespeichert ist. Einige Behörden-Clouds benötigen die Angabe.',
    },
    xms_tpl: {
      label: 'Sprache des Mandanten',
      meaning: 'Die Sprache, die die Organisation bevorzugt.',
    },
    aud: {
      label: 'Zielgruppe',
      meaning:
        'Die App, für die dieses Token bestimmt ist, als Anwendungs-ID (Client). Der Server lehnt Token für andere Apps ab.',
    },
    azp: { label: 'Autorisierte Partei', meaning: 'Die App, die das Token angefordert hat.' },
    iat: {
      label: 'Ausgestellt',
      meaning:
        'Wann Microsoft das Token ausgestellt hat. Entra datiert dies etwa fünf Minuten zurück, um Uhrabweichungen auszugleichen.',
    },
    nbf: {
      label: 'Nicht gültig vor',
      meaning: 'Ab wann das Token gültig ist, meist ab seiner Ausstellung.',
    },
    exp: {
      label: 'Läuft ab',
      meaning: 'Wann das Token abläuft. Ihre Sitzung hier endet unabhängig davon.',
    },
    auth_time: {
      label: 'Authentifiziert',
      meaning:
        'Wann Sie zuletzt nachgewiesen haben, wer Sie sind, möglicherweise für eine andere App.',
    },
    ver: {
      label: 'Version',
      meaning: 'Das Format des Tokens: 2.0 kommt vom Endpunkt v2.0.',
    },
    amr: {
      label: 'Anmeldemethoden',
      meaning:
        'Wie Sie nachgewiesen haben, wer Sie sind: pwd ist ein Kennwort, mfa ein zweiter Faktor.',
    },
    acr: {
      label: 'Stärke der Anmeldung',
      meaning: 'Ob die Anmeldung die verlangte Stufe erreicht hat.',
    },
    acrs: {
      label: 'Authentifizierungskontexte',
      meaning:
        'Anforderungen des bedingten Zugriffs, die diese Anmeldung erfüllt hat. Eine App kann eine davon verlangen.',
    },
    nonce: {
      label: 'Nonce',
      meaning:
        'Ein Zufallswert für diese Anmeldung. Er beweist, dass das Token die Antwort auf unsere eigene Anfrage ist.',
    },
    sid: {
      label: 'Sitzungs-ID',
      meaning: 'Ihre Sitzung bei Microsoft. Wenn sie endet, werden Sie damit auch hier abgemeldet.',
    },
    uti: {
      label: 'Token-ID',
      meaning: 'Identifiziert das Token in den Protokollen von Microsoft.',
    },
    rh: {
      label: 'Erneuerungshinweis',
      meaning: 'Wird von Microsoft verwendet, um Token zu erneuern.',
    },
    aio: {
      label: 'Interne Daten',
      meaning: 'Wird nur von Microsoft verwendet und ist verschlüsselt.',
    },
    at_hash: {
      label: 'Hash des Zugriffstokens',
      meaning:
        'Bindet das Zugriffstoken an dieses Token, sodass keines von beiden ausgetauscht werden kann.',
    },
    c_hash: {
      label: 'Hash des Codes',
      meaning:
        'Bindet den Autorisierungscode an dieses Token, sodass keines von beiden ausgetauscht werden kann.',
    },
    xms_cc: {
      label: 'Clientfunktionen',
      meaning: 'Was die App unterstützt. cp1 bedeutet, dass sie Claims Challenges verarbeitet.',
    },
  },
  claims: {
    title: 'ID-Token',
    lead: 'Die Claims (Ansprüche), die Microsoft Entra ID bei Ihrer Anmeldung ausgestellt hat, und wozu jeder dient.',
    strip: 'Prüfungen und Gültigkeit',
    validated: 'Vom Server geprüft',
    passed: 'bestanden',
    failed: (check) => `${check}: nicht bestanden`,
    notChecked: (check) => `${check}: nicht geprüft`,
    signature: 'Signatur',
    issuer: 'Aussteller',
    audience: 'Zielgruppe',
    nonce: 'Nonce',
    expiry: 'Ablauf',
    lifetime: 'Gültigkeit',
    left: (duration) => `noch ${duration}`,
    noneLeft: 'Abgelaufen',
    issued: 'Ausgestellt',
    expires: 'Läuft ab',
    expired: 'Abgelaufen',
    setBack:
      'Entra datiert die Ausstellung etwa fünf Minuten zurück, um Uhrabweichungen auszugleichen.',
    filter: 'Claims filtern',
    view: 'Ansicht',
    explained: 'Erklärt',
    json: 'JSON',
    copyAll: 'Alle kopieren',
    copyJson: 'JSON kopieren',
    times: 'Zeiten als Kommentare',
    jsonBlock: 'Claims als JSON',
    comment: (time) => `// ${time}`,
    noMatch: (filter) => `Kein Claim passt zu „${filter}“`,
    noMatchHint: 'Der Filter durchsucht Namen, Werte, Erklärungen und Kennzeichen.',
    clear: 'Filter löschen',
    none: 'keine',
    copyClaim: (name) => `${name} kopieren`,
    timeToCopy: (utc, seconds) => `${utc} (${seconds})`,
    custom: 'Benutzerdefinierter Claim',
    customMeaning:
      'Keiner der eigenen Claims von Entra ID. Ihre Organisation oder diese App hat ihn hinzugefügt.',
    groups: {
      you: 'Über Sie',
      organisation: 'Ihre Organisation',
      token: 'Dieses Token',
      security: 'Sicherheitswerte',
      other: 'Sonstiges',
    },
    uses: {
      key: 'Stabiler Schlüssel',
      access: 'Für Autorisierung',
      display: 'Nur zur Anzeige',
      ignore: 'Intern',
    },
    legend: {
      title: 'Was die Kennzeichen bedeuten',
      key: 'Ändert sich nie. Identifizieren Sie Personen damit.',
      access: 'Entscheidet, was jemand tun darf.',
      display: 'Kann sich ändern. Nur anzeigen, mehr nicht.',
      ignore: 'Für Microsoft. Nicht verwenden.',
    },
  },
  doctor: {
    title: 'Doctor',
    lead: 'Prüft alles, wovon die Anmeldung abhängt, und sagt Ihnen, wie Sie Fehler beheben.',
    checkAgain: 'Erneut prüfen',
    checking: 'Wird geprüft\u00a0…',
    copyReport: 'Bericht kopieren',
    checkedAt: (time) => `Geprüft: ${time}`,
    checked: (sum) => `Geprüft. ${sum}`,
    failed: 'Fehlgeschlagen',
    warnings: 'Warnungen',
    notChecked: 'Nicht geprüft',
    passed: 'Bestanden',
    checks,
    sum: (count, failed, warnings, unknown) =>
      `${checks(count)}: ${failed} fehlgeschlagen, ${warnings === 1 ? '1 Warnung' : `${warnings} Warnungen`}, ${unknown} nicht geprüft.`,
    allPassed: (count) =>
      count === 1 ? '1 Prüfung bestanden.' : `Alle ${count} Prüfungen bestanden.`,
    whoCanFixIt: 'Wer das beheben kann',
    nextStep: 'Nächster Schritt',
    copy: (text) => `${text} kopieren`,
    openRegistration: 'App-Registrierung öffnen',
    openControlPage: 'Steuerseite öffnen',
    serverDidNotAnswer:
      'Der Server hat nicht geantwortet. Diese Ergebnisse stammen von der letzten Prüfung.',
    tooOften: (when) =>
      `Der Server prüft höchstens ein paar Mal pro Minute. Sie können ${when} erneut prüfen. Diese Ergebnisse stammen von der letzten Prüfung.`,
    now: 'jetzt',
    in: (time) => `in ${time}`,
    tooOftenAnnounced: (time) => `Zu oft geprüft. Prüfen Sie in ${time} erneut.`,
    wrongAddress: 'Öffnen Sie die App unter ihrer eigenen Adresse',
    wrongAddressText: 'Der Server antwortet unter der Adresse in publicUrl.',
    wrongAddressReason: 'Unter jeder anderen Adresse könnte eine Website die Konfiguration lesen.',
    developmentOnly: 'Diese Seite ist für die Entwicklung gedacht',
    developmentOnlyText:
      'Anderswo würde sie Fremden etwas über die Konfiguration verraten. Führen Sie „npm run doctor“ dort aus, wo die App läuft: Der Befehl zeigt dasselbe.',
    askedTooOften: 'Zu oft geprüft',
    askedTooOftenText:
      'Jede Prüfung fragt Microsoft Entra ID ab. Deshalb prüft der Server höchstens ein paar Mal pro Minute.',
  },
  doctorChecks: {
    config: 'Konfiguration',
    authority: 'Mandant erreichbar',
    issuer: 'Tokenaussteller',
    clock: 'Uhr',
    'redirect-uri': 'Umleitungs-URI',
    address: 'Adresse der App',
    'public-url': 'Weg zur App',
    'address-bar': 'Adressleiste',
    credential: 'Anmeldeinformationen der App',
    store: 'Speicher der Sitzungen',
    cookie: 'Sitzungscookie',
    'device-bound': 'Sitzungen, an ihr Gerät gebunden',
    scopes: 'Angeforderte Berechtigungen',
    roles: 'App-Rollen',
    'graph-host': 'Host von Microsoft Graph',
    apis: 'APIs erreichbar',
    'session-keys': 'Sitzungsschlüssel',
    packages: 'Pakete',
  },
  doctorOwners: {
    operator: 'Das Team, das den Server betreibt',
    owner: 'Sie, in der App-Registrierung',
    administrator: 'Die Administration des Mandanten',
    developer: 'Das Entwicklungsteam der App',
  },
  addressBar: {
    reasonOnThisMachine: (here, configured) =>
      `In der Adressleiste steht ${here}, die App hat aber die Adresse ${configured}. Beides ist dieser Computer, doch ein Browser trennt die Cookies der beiden, und Microsoft Entra ID akzeptiert unverschlüsseltes http nur für localhost.`,
    reason: (here, configured) =>
      `In der Adressleiste steht ${here}, die App ist aber für ${configured} konfiguriert. Eine Anmeldung, die hier beginnt, endet dort, und dort kann der Browser nicht nachweisen, dass er sie begonnen hat.`,
    openInstead: (configured) => `Öffnen Sie stattdessen ${configured}.`,
    orConfigure: (configured, here) =>
      `Öffnen Sie stattdessen ${configured}. Oder setzen Sie publicUrl in aad.config.json auf ${here} und registrieren Sie die Umleitungs-URI dazu.`,
  },
  howItWorks: {
    title: 'So funktioniert die Anmeldung',
    browser: 'Ihr Browser',
    browserHolds: 'Ein verschlüsseltes Cookie',
    browserText: 'Es ist für Skripts unsichtbar, und nur der Server kann es lesen.',
    cookie: 'Cookie',
    server: 'Der Server dieser App',
    serverHolds: 'Bewahrt die Token auf',
    serverText:
      'Meldet Sie an, speichert Ihre Token verschlüsselt und ruft Microsoft Graph für Sie auf.',
    tokens: 'Code, dann Token',
    entra: 'Entra ID und Graph',
    entraHolds: 'Überprüft, wer Sie sind',
    entraText: 'Microsoft prüft Ihr Kennwort und gibt nur zurück, was Sie sehen dürfen.',
    yours: (name, bytes) => `Ihres: ${name}, ${bytes} Byte, HttpOnly`,
    loading: '…',
  },
  homeSignedIn: {
    hello: 'Hallo',
    status: (organisation) => `Sie sind bei ${organisation} angemeldet`,
    until: (time) => `Sitzungsende: ${time}`,
    localTenant: 'einem lokalen Testmandanten',
    yourOrganisation: 'Ihrer Organisation',
    who: 'Wer Sie sind',
    organisation: 'Organisation',
    tenantId: 'Mandanten-ID',
    objectId: 'Objekt-ID',
    noOrganisation: '–',
    session: 'Ihre Sitzung',
    left: 'verbleibend',
    bar: (left) => `Verbleibende Zeit in dieser Sitzung: ${left}`,
    thenSignIn: 'Danach melden Sie sich erneut an.',
    began: 'Beginn',
    ends: 'Ende',
    signInBy: 'Neue Anmeldung nötig bis',
    bound: 'An dieses Gerät gebunden.',
    claims: 'Ihr ID-Token',
    claimsText: 'Jeder Claim in Ihrem Token, erklärt.',
    users: 'Verzeichnis',
    usersText: 'Suchen Sie Personen in Ihrer Organisation mit Microsoft Graph.',
  },
  signedOut: {
    title: 'Sie sind von dieser App abgemeldet.',
    notStored:
      'Der Server konnte dies noch nicht speichern und holt es nach, sobald es möglich ist.',
    onlyHere:
      'Möglicherweise sind Sie noch bei Microsoft angemeldet: Diese Sitzung konnten wir nicht beenden.',
    sharedComputer:
      'Schließen Sie auf einem gemeinsam genutzten Computer alle Fenster des Browsers.',
  },
  tryIt: {
    text: 'Legen Sie etwas ab, das wie ein Token aussieht, und beobachten Sie die Anzahl. Sie können auch diese Zeile in die Konsole Ihres Browsers einfügen:',
    plant: 'Token-Attrappe ablegen',
    remove: 'Entfernen',
    copyLine: 'Zeile kopieren',
  },
  home: {
    signedOut: 'Abgemeldet',
    title: 'Anmelden mit Microsoft Entra. Token bleiben auf dem Server.',
    lead: 'Sehen Sie Ihr ID-Token mit Erklärungen und durchsuchen Sie Ihr Verzeichnis. In Ihrem Browser ist nie ein Token.',
    accounts: 'Nur Geschäfts-, Schul- oder Unikonten.',
  },
  noTokens: {
    none: 'Keine Token in diesem Browser',
    some: (count) => `${count} Token in diesem Browser gefunden`,
    text: 'Alles, was ein Skript auf dieser Seite lesen kann, live gezählt. Das Sitzungscookie ist nicht dabei, weil Skripts es nicht sehen können.',
    badge: (count) => `${count} gefunden`,
    badgeNone: '0 Token',
    notCounted: '–',
    tryIt: 'Selbst ausprobieren',
  },
  places: {
    cookies: 'Für Skripts sichtbare Cookies',
    local: 'Lokaler Speicher',
    session: 'Sitzungsspeicher',
    databases: 'IndexedDB',
    caches: 'Cachespeicher',
  },
  notFound: {
    title: 'Seite nicht gefunden',
    text: 'Unter dieser Adresse gibt es keine Seite. Vielleicht ist der Link veraltet oder enthält einen Tippfehler.',
    home: 'Zur Startseite',
  },
  sessions: {
    title: 'Ihre Sitzungen',
    lead: 'Wo Sie bei dieser App angemeldet sind. Melden Sie jede Sitzung ab, die Sie nicht erkennen oder nicht mehr verwenden.',
    device: 'Gerät',
    active: 'Zuletzt aktiv',
    started: 'Angemeldet',
    ends: 'Läuft ohne Nutzung ab',
    action: 'Abmelden',
    thisDevice: 'Dieses Gerät',
    activeNow: 'Jetzt aktiv',
    bound: 'An das Gerät gebunden: Das Cookie nützt anderswo nichts',
    notBound: 'Nicht an das Gerät gebunden',
    signOutOf: (device, since) => `${device} abmelden, angemeldet ${since}`,
    signedOutOf: (device) => `${device} ist abgemeldet.`,
    signedOutElsewhere: 'Überall sonst abgemeldet.',
    failed: 'Das hat nicht funktioniert. Versuchen Sie es erneut.',
    onlyHere: 'Sie sind nur auf diesem Gerät angemeldet.',
    more: (count, all) => `${count} weitere von ${all} anzeigen`,
    everywhere: 'Überall sonst abmelden',
    question: 'Überall sonst abmelden?',
    consequence: (count) =>
      count === 1
        ? 'Auf dem anderen Gerät ist dann eine neue Anmeldung nötig. Hier bleiben Sie angemeldet.'
        : 'Auf den anderen Geräten ist dann eine neue Anmeldung nötig. Hier bleiben Sie angemeldet.',
    cancel: 'Abbrechen',
    confirm: (count) => (count === 1 ? '1 Gerät abmelden' : `${count} Geräte abmelden`),
    theft: {
      label: 'Sitzungen, die wir beendet haben',
      title: (device) => `${device}: Wir haben diese Sitzung beendet`,
      what: (at) =>
        `Das Cookie wurde auf einem anderen Gerät verwendet, deshalb haben wir die Sitzung beendet (${at}).`,
      next: 'Wenn Sie das nicht waren, ändern Sie Ihr Kennwort und informieren Sie Ihre Administration.',
      remove: 'Aus der Liste entfernen',
      removeOf: (device, at) => `Aus der Liste entfernen: ${device}, beendet ${at}`,
      removed: (device) => `${device} ist nicht mehr in der Liste.`,
    },
    with: (methods) => `Mit ${methods}`,
    and: (first, last) => `${first} und ${last}`,
    methods: {
      pwd: 'Kennwort',
      mfa: 'Multi-Faktor-Authentifizierung',
      fido: 'Passkey',
      rsa: 'Zertifikat',
      otp: 'Einmalcode',
      wia: 'Windows-Anmeldung',
      fed: 'der eigenen Anmeldung Ihrer Organisation',
    },
  },
  signInProblems: {
    failed: {
      title: 'Die Anmeldung hat nicht funktioniert',
      text: 'Der Vorgang endete mit einem Fehler, den diese App nicht kennt.',
    },
    not_verified: {
      title: 'Diese Anmeldung ließ sich nicht überprüfen',
      text: 'Die Antwort darauf hat eine Sicherheitsprüfung nicht bestanden. Deshalb hat diese App sie abgelehnt.',
    },
    expired: {
      title: 'Anmeldung abgelaufen oder unterbrochen',
      text: 'Der Vorgang hat zu lange gedauert, wurde unterbrochen oder war schon abgeschlossen. Beginnen Sie neu, um zu Ihrer Seite zu gelangen.',
    },
    invalid_link: {
      title: 'Dieser Anmeldelink funktioniert nicht',
      text: 'Er verlangt etwas, das diese App nicht anbietet. Es wurde nichts weitergegeben. Melden Sie sich stattdessen hier an.',
    },
    cookies_blocked: {
      title: 'Cookies sind anscheinend blockiert',
      text: 'Ihr Browser hat das Cookie nicht zurückgesendet, das für die Anmeldung nötig ist. Lassen Sie Cookies für diese Website zu und versuchen Sie es dann erneut.',
    },
    cancelled: {
      title: 'Anmeldung abgebrochen',
      text: 'Sie sind zurückgegangen, oder die Anfrage wurde abgelehnt. Es wurde nichts weitergegeben.',
    },
    denied: {
      title: 'Ihre Organisation hat diese Anmeldung blockiert',
      text: 'Möglicherweise verlangt sie ein anderes Gerät, einen anderen Standort oder ein anderes Konto, oder Ihr Konto ist gesperrt. Ihre Administration kann Ihnen mehr sagen.',
    },
    consent_required: {
      title: 'Diese App benötigt Ihre Zustimmung',
      text: 'Was diese App benötigt, wurde noch nicht genehmigt.',
    },
    admin_consent_required: {
      title: 'Die Administration muss diese App genehmigen',
      text: 'Microsoft lässt nicht zu, dass Sie selbst genehmigen, was diese App benötigt.',
    },
    password: {
      title: 'Problem mit Ihrem Kennwort',
      text: 'Es ist abgelaufen, muss geändert werden oder wurde nicht akzeptiert. Melden Sie sich erneut an und folgen Sie den Schritten von Microsoft. Wenn das nicht hilft, kann Ihre Administration es zurücksetzen.',
    },
    step_up: {
      title: 'Microsoft muss Ihre Identität überprüfen',
      text: 'Dafür ist ein weiterer Schritt nötig, zum Beispiel ein Code auf Ihrem Telefon.',
    },
    not_assigned: {
      title: 'Sie sind dieser App nicht zugewiesen',
      text: 'Ihre Organisation stellt diese App ausgewählten Personen bereit. Bitten Sie Ihre Administration, Sie hinzuzufügen.',
    },
    other_organisation: {
      title: 'Dieses Konto kann hier nicht verwendet werden',
      text: 'Diese App ist für die Konten bestimmter Organisationen, und dieses gehört nicht dazu.',
    },
    misconfigured: {
      title: 'Diese App ist nicht richtig eingerichtet',
      text: 'Das Entwicklungsteam muss das beheben.',
    },
    app_unavailable: {
      title: 'Diese App kann Sie zurzeit nicht anmelden',
      text: 'Der Server der App kann gerade keine Sitzungen lesen oder speichern.',
    },
    unavailable: {
      title: 'Die Microsoft-Anmeldung ist nicht verfügbar',
      text: 'Der Anmeldedienst von Microsoft hat keine brauchbare Antwort gegeben.',
    },
    unreachable: {
      title: 'Diese App kann Microsoft nicht erreichen',
      text: 'Der Server der App hat keine Verbindung zum Anmeldedienst von Microsoft.',
    },
  },
  problemOwners: {
    line: (name) => ['Wer das beheben kann: ', name],
    user: 'Sie',
    administrator: 'Ihre Administration',
    administratorFixes: 'Die Administration Ihrer Organisation muss das beheben.',
    developer: 'Das Entwicklungsteam dieser App',
    temporary:
      'Meist vorübergehend. Wenn es so bleibt, wenden Sie sich an das Entwicklungsteam der App.',
    unknown: 'Wenn es so bleibt, wenden Sie sich an das Entwicklungsteam der App.',
  },
  problemActions: {
    tryAgain: 'Erneut versuchen',
    startAgain: 'Neu beginnen',
    signIn: 'Anmelden',
    signInAgain: 'Erneut anmelden',
    continue: 'Weiter',
    reviewPermissions: 'Berechtigungen prüfen',
    anotherAccount: 'Anderes Konto verwenden',
    copyForAdministrator: 'Details für Ihre Administration kopieren',
    copyForDeveloper: 'Details für das Entwicklungsteam kopieren',
    forAdministrator,
    openDoctor: 'Doctor öffnen',
    details: 'Details',
  },
  problemSignedIn: {
    title: (name) => `Sie sind bereits als ${name} angemeldet`,
    text: 'Hier ist nichts zu tun.',
    still: (name) => ['Sie sind noch als ', name, ' angemeldet.'],
  },
  problemDevelopment: {
    title: 'Nur in der Entwicklung sichtbar',
    unknown: 'Was darüber bekannt ist, steht im Protokoll des Servers unter der Anfrage-ID.',
    code: 'Code',
    setting: 'Einstellung',
  },
  problemDetails: {
    app: 'App',
    appAt: (app, origin) => `${app}, ${origin}`,
    problem: 'Problem',
    aadsts: 'Code von Microsoft',
    fix: 'Was zu tun ist',
    portal: 'Seite im Entra Admin Center',
    requestId: 'Anfrage-ID',
    correlationId: 'Korrelations-ID',
    traceId: 'Ablaufverfolgungs-ID',
    at: 'Zeitpunkt des Fehlers',
    clientId: 'Anwendungs-ID (Client)',
    tenant: 'Mandant',
    permissions: 'Berechtigungen',
    adminConsentUrl: 'Link zum Genehmigen der App',
  },
  usersRefused: {
    title: 'Sie können dieses Verzeichnis nicht auflisten',
    guest:
      'Sie sind in dieser Organisation Gast, und Gäste dürfen das Verzeichnis oft nicht auflisten.',
    other:
      'Microsoft Graph erlaubt es für Ihr Konto nicht. Ihre Administration kann Ihnen den Grund nennen.',
    withPermission: (reason, inWords, name) =>
      `${reason} Diese Seite benötigt die Berechtigung „${inWords}“ (${name}).`,
    searchTitle: 'Diese Suche ist nicht möglich',
    search: 'Microsoft Graph hat sie nicht akzeptiert. Suchen Sie nach etwas anderem.',
  },
  users: {
    title: 'Personen',
    lead: 'Personen in Ihrem Verzeichnis, aus Microsoft Graph mit Ihren Berechtigungen.',
    search: 'Personen suchen',
    tooOld: 'Diese Ergebnisseite war zu alt. Wir haben wieder auf Seite 1 begonnen.',
    notHere:
      'Die verlinkte Person ist nicht auf dieser Seite der Liste. Suchen Sie stattdessen nach ihrem Namen.',
    showing: (range) => `Angezeigt: ${range}`,
    range: (first, last) => `${first}–${last}`,
    rangeOf: (range, total) => `${range} von ${total}`,
    rangeSpoken: (first, last) => `${first} bis ${last}`,
    nobody: 'Keine Personen vorhanden',
    nobodyText: 'Sie haben keinen Zugriff auf Personen in diesem Verzeichnis.',
    noMatch: (search) => `Keine Treffer für „${search}“`,
    noMatchText: 'Die Suche vergleicht den Anfang von Namen und Benutzernamen.',
    clear: 'Suche löschen',
    pages: 'Seiten der Personenliste',
    previous: 'Zurück',
    next: 'Weiter',
    page: (page) => `Seite ${page}`,
    pageNumber: 'Seite',
    ofPages: (pages) => `von ${pages}`,
    name: 'Name',
    userName: 'Benutzername',
    you: 'Sie',
    guest: 'Gast',
    properties: {
      displayName: 'Anzeigename',
      givenName: 'Vorname',
      surname: 'Nachname',
      mail: 'E-Mail',
      userPrincipalName: 'Benutzername',
      homeAddress: 'Adresse in der Heimatorganisation',
      id: 'Objekt-ID',
    },
    notSet: 'Nicht angegeben',
    previousPerson: 'Vorherige Person',
    nextPerson: 'Nächste Person',
    copyAll: 'Alle kopieren',
    line: (property, value) => `${property}: ${value}`,
    adminCenter: 'Im Microsoft Entra Admin Center öffnen',
  },
  signInNeeded: {
    title: 'Melden Sie sich an, um diese Seite zu sehen',
    signedOut: 'Sie haben sich abgemeldet.',
    ended: 'Ihre Sitzung ist beendet.',
    text: 'Nach der Anmeldung bringen wir Sie hierher zurück.',
    withMicrosoft: 'Mit Microsoft anmelden',
  },
  deviceProof: {
    missing: {
      title: unconfirmedDevice,
      text: 'Sie haben eine Sitzung, aber sie gilt nur auf dem Gerät, auf dem Sie sich angemeldet haben. Dieser Browser konnte gerade nicht nachweisen, dass er auf diesem Gerät läuft.',
    },
    unsupported: {
      title: 'Diese App benötigt einen anderen Browser',
      text: 'Eine Sitzung muss hier an das Gerät gebunden sein, auf dem Sie sich angemeldet haben, und dieser Browser hat das nicht getan. Verwenden Sie einen, der es kann, zum Beispiel Chrome unter Windows.',
    },
    failed:
      'Das hat nicht funktioniert. Versuchen Sie es gleich noch einmal, oder melden Sie sich erneut an. Sie kehren danach zu dieser Seite zurück.',
  },
  sessionToast: {
    label: 'Sitzung',
    ends: (clock) => ['Ihre Sitzung endet in ', clock],
    endsForGood: (clock) => [
      'Ihre Sitzung endet in ',
      clock,
      '. Danach müssen Sie sich erneut anmelden.',
    ],
    announcement: (time) => `Ihre Sitzung endet in ${time}. Sie können sie verlängern.`,
    announcementForGood: (time) =>
      `Ihre Sitzung endet in ${time}. Danach müssen Sie sich erneut anmelden.`,
    minutes: (count) => (count === 1 ? 'einer Minute' : `${count} Minuten`),
    oneMinute: 'einer Minute',
    lessThanAMinute: 'weniger als einer Minute',
    extend: 'Sitzung verlängern',
    extended: 'Sie bleiben angemeldet.',
    failed: 'Das hat nicht funktioniert. Versuchen Sie es erneut.',
    dismiss: 'Schließen',
  },
  sessionCheck: {
    title: 'Ihre Sitzung wird geprüft',
    text: 'Der Server hat noch nicht geantwortet. Wenn Sie noch angemeldet sind, ist diese Seite wieder da, sobald er antwortet.',
    again: 'Jetzt erneut versuchen',
  },
  sessionEnd: {
    title: 'Melden Sie sich erneut an, um fortzufahren',
    text: `Ihre Sitzung ist beendet. ${comeBack}`,
    signIn: 'Erneut anmelden',
  },
  ui: {
    pageTitle: (page, app) => `${page} · ${app}`,
    loading: 'Wird geladen',
    close: 'Schließen',
    clear: 'Löschen',
    copied: 'Kopiert',
    copyDenied: 'Dieser Browser erlaubt das Kopieren nicht. Markieren Sie stattdessen den Text.',
    copyDetails: 'Details kopieren',
    copyValue: (name) => `${name} kopieren`,
    underMinute: 'unter 1 min',
    minutes: (count) => `${count} min`,
    hours: (count) => `${count} h`,
    now: 'jetzt',
    ago: (duration) => `vor ${duration}`,
    ahead: (duration) => `in ${duration}`,
  },
} satisfies Catalogue
