import type { Runner } from '../../repository/command-line.ts'

/** What of a host is read to see who else acts on its containers: shell patterns, absolute, no words in them but these. */
export const hostPatterns = {
  read: [
    '/etc/systemd/system/*.service',
    '/etc/systemd/system/*.timer',
    '/etc/systemd/system/*.service.d/*.conf',
    '/usr/local/lib/systemd/system/*.service',
    '/etc/crontab',
    '/etc/cron.d/*',
    '/etc/cron.hourly/*',
    '/etc/cron.daily/*',
    '/etc/cron.weekly/*',
    '/etc/cron.monthly/*',
    '/var/spool/cron/crontabs/*',
    '/var/spool/cron/*',
    '/etc/rc.local',
    '/etc/letsencrypt/renewal/*.conf',
    '/etc/letsencrypt/renewal-hooks/*/*',
    '/etc/dehydrated/*.sh',
    '/etc/dehydrated/hook*',
  ],
  /** Links by which systemd starts a unit: only their names count. */
  name: ['/etc/systemd/system/*.wants/*', '/etc/systemd/system/*.requires/*'],
} as const

/** What was found on a host. */
export interface HostFiles {
  /** Absolute path -> text. */
  texts: ReadonlyMap<string, string>
  /** Paths that are there, whatever they lead to. */
  names: readonly string[]
  /** Paths that are there and that the user of the link may not read, or not whole. */
  unread: readonly string[]
}

/** Who runs the lines of a file, by its path. */
export function runnerOf(path: string): Runner {
  if (/^\/(?:etc\/systemd|usr\/local\/lib\/systemd|etc\/rc\.local$)/.test(path)) return 'systemd'
  if (/^\/etc\/(?:letsencrypt|dehydrated)\//.test(path)) return 'hook'
  return /^\/(?:etc\/cron|var\/spool\/cron)/.test(path) ? 'cron' : 'script'
}

/** `app.service` of `/etc/systemd/system/app.service`, and of a file that adds to it. */
export const unitOf = (path: string): string => {
  const added = /\/([^/]+\.service)\.d\/[^/]+$/.exec(path)?.[1]
  return added ?? path.slice(path.lastIndexOf('/') + 1)
}

/** `rc.local` is a script that systemd runs by a unit of its own. */
export const isUnit = (path: string): boolean => runnerOf(path) === 'systemd' && path !== '/etc/rc.local'

const STARTS = /\bsystemctl\s+(?:--\S+\s+)*(?:start|restart|try-restart|reload-or-restart)\s+["']?([\w@.-]+)/g

/**
 * Units that start without anybody asking: those that another is made to want, those that such a timer starts, and those that
 * a cron job, a script or another unit starts by name. A template is enabled where one of its instances is.
 */
export function enabledUnits({ texts, names }: Pick<HostFiles, 'texts' | 'names'>): Set<string> {
  const wanted = new Set(names.map((path) => path.slice(path.lastIndexOf('/') + 1).replace(/@[^.]+\./, '@.')))
  for (const text of texts.values())
    for (const [, unit = ''] of text.matchAll(STARTS))
      wanted.add(unit.includes('.') ? unit : `${unit}.service`)
  for (const [path, text] of texts) {
    const timer = unitOf(path)
    if (!timer.endsWith('.timer') || !wanted.has(timer)) continue
    wanted.add(/^\s*Unit\s*=\s*(\S+)/m.exec(text)?.[1] ?? timer.replace(/\.timer$/, '.service'))
  }
  return wanted
}

/** Not what a line writes to. */
const PATH = /(?<![\w./>]|>\s)\/[\w./@+-]+/g
/** Programs of the system, and what is no script by its name. */
const PROGRAM = /^\/(?:usr\/)?(?:s?bin|lib)\/|\/$|\/[^/]*\.(?!(?:ba)?sh$)[^/]*$/
const SCRIPTS_MAX = 50

/** Absolute paths in a line of shell that may be scripts it runs. */
export const scriptsIn = (text: string): string[] =>
  [...text.matchAll(PATH)].map(([path]) => path).filter((path) => !PROGRAM.test(path))

/** Those that all files name and that were not read yet: what a second look at the host is for. */
export function scriptsNamed(texts: ReadonlyMap<string, string>): string[] {
  const found = [...texts]
    .filter(([path]) => !path.endsWith('.timer'))
    .flatMap(([, text]) => text.split('\n').filter((row) => !/^\s*[#;]/.test(row)))
    .flatMap(scriptsIn)
  return [...new Set(found)].filter((path) => !texts.has(path)).slice(0, SCRIPTS_MAX)
}
