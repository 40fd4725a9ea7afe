import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { engineCalls, engineEnvironment, engineSecrets } from '@towpath/domain/advisory/engine/engine-call.ts'
import type { EngineCall, EngineSubject } from '@towpath/domain/advisory/engine/engine-call.ts'
import type {
  EngineFinding,
  EngineReading,
  EngineReport,
  PinnedEngine,
} from '@towpath/domain/advisory/engine/engine.ts'
import { readEngine } from '@towpath/domain/advisory/engine/read-engine.ts'
import { printable } from '@towpath/domain/config/printable.ts'
import { redactor } from '@towpath/domain/config/redact.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { LOCKFILE_LENGTH_MAX } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import type { Shell } from '../terminal/shell.ts'
import { copyProgram, copyWhole } from './private-copy.ts'
import { runProgram } from './run-program.ts'

/** Which engines are asked, and how far they may go. */
export interface EngineRequest {
  engines: readonly PinnedEngine[]
  /** Whether they may fetch: their own data, or answers. */
  usesNetwork: boolean
  deadlineMs: number
}

/** What is to be judged: lockfiles by their paths in the audit, or the archive of an image. */
export type Judged = { lockfiles: readonly string[] } | { archive: string }

const REPORT_BYTES_MAX = 128 * 1024 * 1024

/**
 * Asks each engine, one after the other. Each is run from a copy whose digest is the pinned one, in a folder that holds
 * copies of the lockfiles and nothing else of the repository: no source, no configuration and no list of what to ignore.
 * Whatever fails is told in its report.
 */
export async function askEngines(
  shell: Pick<Shell, 'folder' | 'env'>,
  { engines, ...request }: EngineRequest,
  judged: Judged,
): Promise<EngineReport[]> {
  const reports: EngineReport[] = []
  for (const pinned of engines) {
    const { engine, sha256 } = pinned
    const place = await realpath(await mkdtemp(join(tmpdir(), 'towpath-engine-')))
    try {
      reports.push({ engine, sha256, ...(await askOne({ shell, pinned, place, judged, ...request })) })
    } catch (thrown) {
      reports.push({ engine, sha256, ok: false, problem: messageOf(thrown) })
    } finally {
      await rm(place, { recursive: true, force: true })
    }
  }
  return reports
}

interface Asking extends Omit<EngineRequest, 'engines'> {
  shell: Pick<Shell, 'folder' | 'env'>
  pinned: PinnedEngine
  /** A folder of our own. */
  place: string
  judged: Judged
}

async function askOne(asking: Asking): Promise<EngineReading> {
  const { shell, pinned, place, judged, usesNetwork } = asking
  const program = join(place, pinned.engine)
  const sha256 = await copyProgram(resolve(shell.folder, pinned.path), program)
  if (sha256 !== pinned.sha256)
    return {
      ok: false,
      problem: `${pinned.path} is sha256:${sha256}, and not what was pinned; it was not run`,
    }
  const { subject, given } = await subjectIn(place, shell.folder, judged)
  const findings: EngineFinding[] = []
  for (const call of engineCalls(pinned.engine, subject, usesNetwork)) {
    const reading = await readCall(asking, { program, call })
    if (!reading.ok) return reading
    for (const finding of reading.findings)
      findings.push({ ...finding, file: fileOf(finding.file ?? call.file ?? null, { subject, given }) })
  }
  return { ok: true, findings }
}

async function readCall(
  { shell, pinned: { engine }, place, usesNetwork, deadlineMs }: Asking,
  { program, call }: { program: string; call: EngineCall },
): Promise<EngineReading> {
  const ending = await runProgram({
    program,
    args: call.args,
    // What it leaves half done when it is ended goes with its folder.
    env: { ...engineEnvironment(shell.env, usesNetwork), TMPDIR: temporaryIn(place), ...call.env },
    folder: place,
    deadlineMs,
    stdoutBytesMax: REPORT_BYTES_MAX,
  })
  if (!ending.ok) return ending
  if (call.endings.includes(ending.code)) return readEngine(engine, ending.stdout)
  const said = redactor(usesNetwork ? engineSecrets(shell.env) : [])(ending.stderr)
  const last = printable(stripVTControlCharacters(said.trim().split('\n').at(-1) ?? '')).slice(0, 300)
  return { ok: false, problem: `it ended with ${ending.code}${last === '' ? '' : `: ${last}`}` }
}

const temporaryIn = (place: string): string => join(place, 'tmp')

interface Placed {
  subject: EngineSubject
  /** Paths of the audit by those that the engine sees. */
  given: ReadonlyMap<string, string>
}

/** Each lockfile in a folder of its own: engines know them by their last name. */
async function subjectIn(place: string, from: string, judged: Judged): Promise<Placed> {
  const settings = join(place, 'settings.yaml')
  await writeFile(settings, '{}\n')
  await mkdir(temporaryIn(place))
  if ('archive' in judged)
    return { subject: { archive: resolve(from, judged.archive), settings }, given: new Map() }
  const folder = join(place, 'lockfiles')
  const given = new Map<string, string>()
  for (const [at, path] of judged.lockfiles.entries()) {
    const copy = join(folder, String(at), basename(path))
    await mkdir(dirname(copy), { recursive: true })
    await copyWhole(resolve(from, path), copy, lockfileCopy)
    given.set(copy, path)
    // Which versions a module takes stands in go.mod; older ones are only whole with their sums.
    if (basename(path) === 'go.mod')
      await copyWhole(
        resolve(from, dirname(path), 'go.sum'),
        join(dirname(copy), 'go.sum'),
        lockfileCopy,
      ).catch(() => null)
  }
  return { subject: { folder, lockfiles: [...given.keys()], settings }, given }
}

const lockfileCopy = { bytesMax: LOCKFILE_LENGTH_MAX, mode: 0o400 }

/** The path of the audit for one that an engine names: absolute, or seen from the folder it was given. */
function fileOf(named: string | null, { subject, given }: Placed): string | null {
  if (named === null || 'archive' in subject) return named
  return given.get(named) ?? given.get(join(subject.folder, named)) ?? named
}
