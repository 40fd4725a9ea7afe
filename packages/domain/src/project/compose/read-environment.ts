import { parseEnvFile } from './env-file.ts'
import { joinPath, staysInside } from './host-path.ts'
import { keyOf, tellRespelled } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import { readBoolean } from './scalars.ts'
import { childOf, entriesOf, itemsOf, textOf } from './tree.ts'
import type { Tree } from './tree.ts'

/** Environment files in order, later over earlier, then `environment` over all of them. */
export function readEnvironment(reading: ServiceReading): Record<string, string> {
  const values = filesUnder(reading, 'env_file')
  for (const [name, { at, value }] of entriesOf(keyOf(reading, 'environment'))) {
    if (name === '' || name.includes('\0') || name === '__proto__') {
      reading.findings.problem(
        at,
        `"${name}" cannot be the name of a variable`,
        'Give it a name before the "=".',
      )
    }
    const inherited = value.kind === 'scalar' && value.value === null
    const text = inherited ? reading.lookup(name) : textOf(value)
    if (value.kind === 'scalar') tellRespelled(name, value, reading.findings)
    if (typeof text === 'string') values.set(name, text)
    else {
      values.delete(name)
      const hint = `Set ${name} for this environment, or give it a value in the file.`
      const message = `the variable ${name} is passed on but not set; the container will not have it`
      reading.findings.unset(name, at, { message, hint })
    }
  }
  return Object.fromEntries(values)
}

/** Label files under `labels`, which win. */
export function readLabelFiles(reading: ServiceReading): Record<string, string> {
  return Object.fromEntries(filesUnder(reading, 'label_file'))
}

function filesUnder(reading: ServiceReading, key: 'env_file' | 'label_file'): Map<string, string> {
  const values = new Map<string, string>()
  for (const item of itemsOf(keyOf(reading, key))) {
    for (const [name, value] of valuesOf(item, reading)) values.set(name, value)
  }
  return values
}

function valuesOf(item: Tree, reading: ServiceReading): Map<string, string> {
  const path = envFilePath(item, reading)
  if (path === null) return new Map()
  const raw = textOf(childOf(item, 'format')) === 'raw'
  const known = reading.envFiles.get(`${String(raw)} ${path}`)
  if (known !== undefined) return known
  const text = reading.envFile(path)
  if (text !== null) {
    const values = parseEnvFile({ path, text, raw }, reading.lookup, reading.findings)
    reading.envFiles.set(`${String(raw)} ${path}`, values)
    return values
  }
  if (readBoolean(childOf(item, 'required'), reading.findings) !== false) {
    const hint =
      'Commit it beside the compose file, or move its values to the settings and secrets of the environment.'
    reading.findings.problem(item.at, `the environment file ${path} does not exist`, hint)
  }
  return new Map()
}

/** As the paths of compose files. A path that leaves the project could read the server's own files, so it is refused. */
export function envFilePath(
  item: Tree,
  reading: Pick<ServiceReading, 'projectFolder' | 'sourceFolder' | 'findings'>,
): string | null {
  const text = textOf(item) ?? textOf(childOf(item, 'path')) ?? ''
  const folder = `${reading.projectFolder}/`
  const path = joinPath(reading.sourceFolder, text.startsWith(folder) ? text.slice(folder.length) : text)
  if (text !== '' && path !== '.' && staysInside(path) && !text.startsWith('~') && !text.includes('\0'))
    return path
  const hint = 'Move it into the project, or its values to the settings and secrets of the environment.'
  reading.findings.problem(item.at, `the environment file "${text}" lies outside the project`, hint)
  return null
}
