import { createHash, randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { fittingSocketPath, shortSocketPath } from '../../host/short-socket-path.ts'
import { shellWord } from '../../host/ssh/remote-shell.ts'
import type { SshLink } from '../../host/ssh/ssh-link.ts'
import type { EdgeOwner } from './edge-container.ts'
import type { EdgeDisk, FencedFiles, LogPlace } from './edge-disk.ts'
import { spareSockets } from './spare-sockets.ts'

const ANSWERS_WITHIN_MS = 1_500
/** Exit codes of our own: there is no such thing, a newer controller was here, and it is not what was expected. */
const ABSENT = 44
export const FENCED = 45
export const OTHER = 46
/** After a file's text, where an empty one is not none. */
export const END = '.'

/** The files of edges that run on a host over SSH, in the home of the user that we log in as; `logFolder` is here. */
export function hostDisk(link: SshLink, logFolder: string): EdgeDisk {
  const place = remembered(() => placeOf(link))
  return {
    root: async () => (await place()).root,
    owner: async () => (await place()).owner,
    hasFolder: (folder) => holds(link, `[ -d ${shellWord(folder)} ]`),
    hasSocket: (path) => holds(link, `[ -S ${shellWord(path)} ]`),
    read: (path) => read(link, path),
    replaceFenced: async (folder, files) => {
      const doing = 'write the files of the edge'
      const { exitCode, output } = await link.answer(fencedScript(folder, files), doing)
      if (exitCode !== 0 && exitCode !== FENCED) throw link.refusal(doing, output)
      return { before: output === '' ? null : output.slice(0, -END.length), isOurs: exitCode === 0 }
    },
    syncNames: async (folder) =>
      void (await link.run(syncing(shellWord(folder)), 'write the folder of the edge')),
    remove: async (folder) => void (await link.run(removalScript(folder), 'remove the folder of the edge')),
    socketTo: async (path) => shortSocketPath(await link.forward({ path: fittingSocketPath(path) })),
    spares: spareSockets(),
    answers: () => link.answersWithin(ANSWERS_WITHIN_MS),
    aheadMs: hostClock(link),
    logPlace: async (path): Promise<LogPlace> => {
      const name = createHash('sha256').update(path).digest('hex').slice(0, 8)
      await mkdir(logFolder, { recursive: true, mode: 0o700 })
      const here = join(logFolder, `${name}.sock`)
      const there = fittingSocketPath(path)
      return {
        path: shortSocketPath(here),
        offer: async () => await (await link.connection()).offer(there, here),
        withdraw: async () => await (await link.connection()).withdraw(there, here),
      }
    },
  }
}

const CLOCK_KEPT_MS = 60_000

/** Asked for once a minute. */
function hostClock(link: SshLink): () => Promise<number> {
  let known: { aheadMs: number; atMs: number } | null = null
  return async () => {
    if (known !== null && performance.now() - known.atMs < CLOCK_KEPT_MS) return known.aheadMs
    const askedMs = Date.now()
    const answer = await link.run('date +%s%3N', 'read its clock')
    known = { aheadMs: aheadOf(answer, { askedMs, answeredMs: Date.now() }), atMs: performance.now() }
    return known.aheadMs
  }
}

/**
 * How far a clock is ahead of ours, to half the time that the question took; 0 where that is within the error. Not every
 * `date` knows milliseconds: those that do not tell whole seconds, and half a second is added.
 */
export function aheadOf(
  answer: string,
  { askedMs, answeredMs }: { askedMs: number; answeredMs: number },
): number {
  const [, seconds, milliseconds] = /^(\d{10})(\d{3})?/.exec(answer) ?? []
  if (seconds === undefined) return 0
  const thereMs = Number(seconds) * 1_000 + (milliseconds === undefined ? 500 : Number(milliseconds))
  const errorMs = (answeredMs - askedMs) / 2 + (milliseconds === undefined ? 500 : 1)
  const aheadMs = Math.round(thereMs - (askedMs + answeredMs) / 2)
  return Math.abs(aheadMs) <= errorMs ? 0 : aheadMs
}

interface Place {
  root: string
  owner: EdgeOwner
}

const placeScript = `printf '%s\\n' "\${XDG_STATE_HOME:-$HOME/.local/state}/towpath/edge"; id -u; id -g`

async function placeOf(link: SshLink): Promise<Place> {
  const [root = '', uid = '', gid = ''] = (await link.run(placeScript, 'find the home of its user')).split(
    '\n',
  )
  return { root, owner: { uid: Number(uid), gid: Number(gid) } }
}

/** One answer for good; a failure is none. */
function remembered<T>(ask: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | null = null
  return () => {
    const asked = known ?? ask()
    known = asked
    asked.catch(() => (known = null))
    return asked
  }
}

/** Beside the folder of the edges: what the host remembers of its controllers. */
export const claimsFolder = 'controllers'

/** Nothing of ours stays in the home of a user whose last edge went. */
export const removalScript = (folder: string): string => {
  const edges = posix.dirname(folder)
  const all = posix.dirname(edges)
  const claims = shellWord(posix.join(all, claimsFolder))
  const rest = `rm -rf ${claims}; rmdir ${shellWord(all)} 2>/dev/null`
  return `rm -rf ${shellWord(folder)}; if rmdir ${shellWord(edges)} 2>/dev/null || [ ! -e ${shellWord(edges)} ]; then ${rest}; fi; :`
}

const holds = async (link: SshLink, test: string): Promise<boolean> =>
  (await link.run(`if ${test}; then echo yes; fi`, 'look for the edge')) === 'yes\n'

async function read(link: SshLink, path: string): Promise<string | null> {
  const doing = `read ${posix.basename(path)} of the edge`
  const { exitCode, output } = await link.answer(readScript(path), doing)
  if (exitCode === ABSENT) return null
  if (exitCode !== 0) throw link.refusal(doing, complaintIn(output))
  return output
}

/** Says on a line of its own, the last one, why a file cannot be read: what was read of it may be a secret. */
export const readScript = (path: string): string =>
  [
    `[ -e ${shellWord(path)} ] || exit ${ABSENT}; exec 3>&1`,
    `why=$(cat ${shellWord(path)} 2>&1 >&3 3>&-) || { printf '\\n%s' "$why"; exit 1; }`,
  ].join('\n')

export const complaintIn = (output: string): string => output.slice(output.lastIndexOf('\n') + 1)

/**
 * Writes what differs, the maps before the file that names them, unless that file names a newer fence; tells what it held
 * before, with `END` after it. One at a time where the host has `flock`: what a controller that was paused in mid-write
 * sends late is too old, too. `cat` writes, because it says why it could not. With `expected` nothing is written either
 * where that file holds anything else; null expects none.
 */
export function fencedScript(
  folder: string,
  { kept, files, fenced, fence }: FencedFiles,
  { expected }: { expected?: string | null } = {},
): string {
  const ending = `${randomBytes(6).toString('hex')}.tmp`
  const carrier = shellWord(fenced[0])
  return [
    'set -e; umask 077',
    // Twice: another edge that goes takes the folders above with it, where nothing else is in them.
    `[ -d ${shellWord(folder)} ] || mkdir -p ${shellWord(folder)} || mkdir -p ${shellWord(folder)}; cd ${shellWord(folder)}`,
    'exec 9>.lock; if command -v flock >/dev/null; then flock 9; fi',
    `trap 'for left in .*.${ending}; do [ ! -e "$left" ] || rm -f "$left"; done' EXIT`,
    // A command's output loses the line ends at its end, so something stands after them.
    `was=$(if [ -e ${carrier} ]; then cat ${carrier}; printf %s '${END}'; fi)`,
    // As `fenceIn` reads it. A host starts no program for this; each one takes longer than all the rest.
    `line='\n'; seen=\${line}$was; case $seen in *"$line# fence: "*) ;; *) seen=; esac`,
    `seen=\${seen#*"$line# fence: "}; seen=\${seen%%"$line"*}`,
    "case $seen in '' | *[!0-9]* | ????????????????*) seen=0; esac",
    `if [ "$seen" -gt ${fence} ]; then printf %s "$was"; exit ${FENCED}; fi`,
    ...(expected === undefined ? [] : [unlessOther(expected)]),
    'set --',
    ...kept.map((file) => writing(file, { where: (name) => `[ ! -e ${name} ]`, ending })),
    ...files.map((file) => writing(file, { where: differs, ending })),
    writing(fenced, { where: () => '[ "$was" != "$text" ]', ending }),
    `if [ $# -gt 0 ]; then ${syncing(`.*.${ending}`)}; fi`,
    'while [ $# -gt 0 ]; do mv -f "$1" "$2"; shift 2; done',
    'printf %s "$was"',
  ].join('\n')
}

const unlessOther = (expected: string | null): string =>
  `if [ "$was" != ${shellWord(expected === null ? '' : `${expected}${END}`)} ]; then printf %s "$was"; exit ${OTHER}; fi`

const differs = (name: string): string =>
  `[ "$(if [ -e ${name} ]; then cat ${name}; printf %s '${END}'; fi)" != "$text" ]`

/** Puts a text beside its place and notes both, where the condition on that place's name holds. */
const writing = (
  [name, text]: readonly [string, string],
  { where, ending }: { where: (name: string) => string; ending: string },
): string => {
  const [place, beside] = [shellWord(name), shellWord(`.${name}.${ending}`)]
  const write = `printf %s "\${text%'${END}'}" | cat >${beside}; set -- "$@" ${beside} ${place}`
  return `text=${shellWord(`${text}${END}`)}; if ${where(place)}; then ${write}; fi`
}

/** Without names where the host's `sync` takes none. */
const syncing = (names: string): string => `{ sync ${names} 2>/dev/null || sync; }`
