import type { DescribeRequest } from '../../describe-compose.ts'
import { parseEnvFiles } from '../env-file.ts'
import { Findings } from '../findings.ts'
import { folderOf, joinPath } from '../host-path.ts'

/** Compose files with what stands beside them, in `/project`, and how Docker Compose is asked about them. */
export interface GoldenCase {
  name: string
  files: Record<string, string>
  compose: string[]
  envFiles: string[]
  profiles: string[]
  project: string
}

const SETTINGS = { files: 'compose', 'env-file': 'envFiles', profiles: 'profiles' } as const

/** `=== name`, then lines `key: value`, then files behind `--- path`. */
export function parseGoldenCases(text: string): GoldenCase[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const [head = '', ...sections] = part.split(/^--- /m)
      const [name = '', ...lines] = head.split('\n')
      const found: GoldenCase = {
        ...{ name, files: {}, compose: ['compose.yaml'], envFiles: [], profiles: [], project: '' },
      }
      for (const line of lines) {
        const [key = '', value = ''] = line.split(': ')
        if (key === 'project') found.project = value
        else if (Object.hasOwn(SETTINGS, key))
          found[SETTINGS[key as keyof typeof SETTINGS]] = value.split(' ')
      }
      for (const section of sections) {
        const end = section.indexOf('\n')
        found.files[section.slice(0, end)] = section.slice(end + 1).replace(/\n$/, '')
      }
      return found
    })
}

/** The case as it is asked here; null where an environment file is wrong. */
export function requestOf(golden: GoldenCase): DescribeRequest | null {
  const read = (path: string): string | null => {
    const name = path.startsWith('project/') ? path.slice('project/'.length) : ''
    return Object.hasOwn(golden.files, name) ? (golden.files[name] ?? null) : null
  }
  const at = (path: string): string => joinPath('project', path)
  const folder = folderOf(at(golden.compose[0] ?? ''))
  const paths = golden.envFiles.length > 0 ? golden.envFiles.map(at) : [joinPath(folder, '.env')]
  const findings = new Findings()
  const known = paths.map((path) => ({ path, text: read(path) ?? '' }))
  const variables = parseEnvFiles(known, () => undefined, findings)
  if (findings.problems.length > 0) return null
  return {
    files: golden.compose.map((path) => ({ path: at(path), text: golden.files[path] ?? '' })),
    variables,
    envFile: read,
    otherFile: read,
    projectFolder: `/${folder}`,
    home: '/home/user',
    ...(golden.profiles.length > 0 && { profiles: golden.profiles }),
    ...(golden.project !== '' && { projectName: golden.project }),
  }
}
