import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { withMachineLock } from './machine-lock.ts'
import { dockerSocket, engineAnswers, engineLog, startEngine } from './setup/engine.ts'
import {
  composeProgram,
  engineProgram,
  findProgram,
  hostProgram,
  installPackages,
  programs,
} from './setup/packages.ts'
import type { Program } from './setup/packages.ts'

export interface MachineOptions {
  /** Also bring `docker-compose`, which the benchmark and the tests of shadow mode need. */
  withCompose?: boolean
  /** Also bring what makes a host with systemd. */
  withHost?: boolean
  /** One line per thing installed or started. */
  say?: (line: string) => void
}

export interface MachineSetup {
  /** Debian packages installed by this call. */
  installed: string[]
  engineStarted: boolean
  setupMs: number
}

/**
 * Makes this machine ready for demo and tests: missing programs by apt, and a Docker Engine where none answers.
 * Repeating it costs milliseconds and changes nothing; two at the same time take turns.
 * Throws a TowpathError that names what to type where it may not do that itself.
 */
export const prepareMachine = async ({
  withCompose = false,
  withHost = false,
  say = () => {},
}: MachineOptions = {}): Promise<MachineSetup> => {
  const startedAt = performance.now()
  const socketPath = dockerSocket()
  const more = [...(withCompose ? [composeProgram] : []), ...(withHost ? [hostProgram] : [])]
  const elapsed = () => Math.round(performance.now() - startedAt)
  if (await isReady(socketPath, more)) return { installed: [], engineStarted: false, setupMs: elapsed() }
  return withMachineLock('setup', 20 * 60_000, async () => {
    const installed = await installMissing(await missingPrograms(socketPath, more), say)
    const engineStarted = await ensureEngine(socketPath, say)
    return { installed, engineStarted, setupMs: elapsed() }
  })
}

const isReady = async (socketPath: string, more: readonly Program[]): Promise<boolean> =>
  (await missingPrograms(socketPath, more)).length === 0 && (await engineAnswers(socketPath))

/** Off Linux the engine's own virtual machine has all but the images, and those are pulled. */
const missingPrograms = async (socketPath: string, more: readonly Program[]) => {
  if (process.platform !== 'linux') return []
  const wanted = [...programs, ...more]
  if (!(await engineAnswers(socketPath))) wanted.unshift(engineProgram)
  return wanted.filter((program) => findProgram(program.name) === null)
}

const installMissing = async (
  missing: Awaited<ReturnType<typeof missingPrograms>>,
  say: (line: string) => void,
): Promise<string[]> => {
  if (missing.length === 0) return []
  const startedAt = performance.now()
  await installPackages(missing)
  const names = missing.map((program) => program.package)
  say(`installed by apt: ${names.join(', ')} (${seconds(startedAt)})`)
  return names
}

const ensureEngine = async (socketPath: string, say: (line: string) => void): Promise<boolean> => {
  if (await engineAnswers(socketPath)) return false
  if (process.platform !== 'linux' || process.getuid?.() !== 0) throw needsEngine(socketPath)
  const startedAt = performance.now()
  await startEngine(socketPath)
  say(`started: Docker Engine, which keeps running; its log is ${engineLog()} (${seconds(startedAt)})`)
  return true
}

const seconds = (startedAt: number) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`

const needsEngine = (socketPath: string) =>
  new TowpathError({
    code: 'SETUP_NEEDS_ENGINE',
    kind: 'unreachable',
    message: `No Docker Engine answers on ${socketPath}, and only root on Linux may start one here.`,
    hint: 'Nothing was started. Start Docker (`sudo systemctl start docker`, `sudo dockerd`, or Docker Desktop) and run this again.',
  })

if (import.meta.main) {
  try {
    const setup = await prepareMachine({
      withCompose: process.argv.includes('--compose'),
      say: (line) => console.log(line),
    })
    console.log(`machine ready (${setup.setupMs} ms)`)
  } catch (fault) {
    if (!(fault instanceof TowpathError)) throw fault
    console.error(`${fault.code}: ${fault.message}\n${fault.hint}`)
    process.exitCode = 1
  }
}
