import type { HostReader } from '@towpath/app/ports/host-files.ts'
import type { HostFiles } from '@towpath/domain/adoption/host/host-places.ts'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { shellWord } from '../ssh/remote-shell.ts'

const fileBytesMax = 65_536
const outputBytesMax = 16 * 1024 * 1024
const localWithinMs = 15_000
const execute = promisify(execFile)

/** What runs a script of a POSIX shell on the host and gives its output. */
export type RunScript = (script: string) => Promise<string>

export const localScript: RunScript = async (script) => {
  const options = { timeout: localWithinMs, maxBuffer: outputBytesMax }
  return (await execute('/bin/sh', ['-c', script], options)).stdout
}

/** One call of a shell there, whatever the host is. */
export const hostReader = (run: RunScript): HostReader => ({
  look: async ({ read, name }) => await ask(run, { read, name }),
  read: async (paths) => await ask(run, { read: paths.map(shellWord), name: [] }),
})

async function ask(
  run: RunScript,
  { read, name }: { read: readonly string[]; name: readonly string[] },
): Promise<HostFiles> {
  const token = randomBytes(12).toString('hex')
  return filesIn(await run(lookScript({ read, name }, token)), token)
}

/** Each file behind a line that names it; a file that is too long is left out rather than cut in the middle of a line. */
const lookScript = (
  { read, name }: { read: readonly string[]; name: readonly string[] },
  token: string,
): string => `
for f in ${read.join(' ')}; do
  [ -f "$f" ] || continue
  if [ -r "$f" ] && [ "$(wc -c <"$f")" -le ${fileBytesMax} ]; then
    printf '\\n%s read %s\\n' ${token} "$f"; cat "$f"
  else
    printf '\\n%s unread %s\\n' ${token} "$f"
  fi
done
for f in ${name.join(' ')}; do
  if [ -e "$f" ] || [ -h "$f" ]; then printf '\\n%s name %s\\n' ${token} "$f"; fi
done
if [ "$(id -u)" != 0 ]; then
  for d in ${othersCrontabs}; do [ -d "$d" ] && [ ! -r "$d" ] && printf '\\n%s unread %s\\n' ${token} "$d"; done
  c=$(crontab -l 2>/dev/null) && [ -n "$c" ] && printf '\\n%s read %s\\n%s\\n' ${token} ${ownCrontab} "$c"
fi
printf '\\n%s end\\n' ${token}`

const othersCrontabs = '/var/spool/cron/crontabs /var/spool/cron'
/** Of the user that asks, wherever it lies; root reads all of them where they lie. */
const ownCrontab = '/var/spool/cron/crontabs/self'

function filesIn(output: string, token: string): HostFiles {
  const texts = new Map<string, string>()
  const names: string[] = []
  const unread: string[] = []
  const parts = output.split(`\n${token} `).slice(1)
  if (parts.at(-1)?.startsWith('end') !== true) throw new Error('the host did not tell all of its files')
  for (const part of parts) {
    const [, what = '', path = '', text = ''] = /^(read|unread|name) ([^\n]*)\n([\s\S]*)$/.exec(part) ?? []
    if (what === 'read') texts.set(path, text)
    if (what === 'unread') unread.push(path)
    if (what === 'name') names.push(path)
  }
  return { texts, names, unread }
}
