import { suggestWord } from './did-you-mean.ts'
import { pathText } from './issue-problems.ts'
import type { Problem } from './problem.ts'
import { isName } from './section/field.ts'
import type { YamlSource } from './yaml-source.ts'
import { isPlainMap } from './yaml-tree.ts'
import type { Plain, PlainMap, TreePath } from './yaml-tree.ts'

/**
 * Everything in the file that must fit something else in it. Works on the tree as written, so that these problems
 * show together with those of the schema; a part of the wrong shape is left to the schema.
 */
export function crossReferenceProblems(source: YamlSource): Problem[] {
  const root = isPlainMap(source.tree) ? source.tree : {}
  const file: File = {
    source,
    root,
    services: entriesOf(root['services']).filter(([, entry]) => entry['job'] !== true),
    jobs: entriesOf(root['services']).filter(([, entry]) => entry['job'] === true),
    environments: entriesOf(root['environments']),
  }
  return [
    ...jobImages(file),
    ...composeKeys(file),
    ...backupJob(file),
    ...neededEnvironments(file),
    ...hostFolders(file),
    ...strategyServices(file),
    ...provenancePlaces(file),
  ]
}

type Entry = [name: string, entry: PlainMap]
interface File {
  source: YamlSource
  root: PlainMap
  services: Entry[]
  jobs: Entry[]
  environments: Entry[]
}

const entriesOf = (value: Plain | undefined): Entry[] =>
  isPlainMap(value) ? Object.entries(value).filter((entry): entry is Entry => isPlainMap(entry[1])) : []

const namesOf = (entries: readonly Entry[]): string[] => entries.map(([name]) => name)

function atValue(file: File, path: TreePath, rest: { message: string; hint: string | null }): Problem {
  return { file: file.source.file, ...file.source.valueAt(path), ...rest, conceal: false }
}

function jobImages(file: File): Problem[] {
  const known = namesOf(file.services)
  return file.jobs.flatMap(([name, job]) => {
    const image = job['image']
    if (typeof image !== 'string' || !isName(image) || known.includes(image)) return []
    const path = ['services', name, 'image']
    return [
      atValue(file, path, {
        message: `${pathText(path)}: ${image} is no service here`,
        hint: suggestWord(image, known),
      }),
    ]
  })
}

/** `strategy.services` of the defaults and of every environment names services of this file. */
function strategyServices(file: File): Problem[] {
  const known = namesOf(file.services)
  const blocks: [TreePath, Plain | undefined][] = [
    [['defaults', 'strategy', 'services'], partOf(file.root['defaults'])],
    ...file.environments.map(([name, entry]): [TreePath, Plain | undefined] => [
      ['environments', name, 'strategy', 'services'],
      partOf(entry),
    ]),
  ]
  return blocks.flatMap(([path, block]) =>
    Object.keys(isPlainMap(block) ? block : {})
      .filter((name) => !known.includes(name))
      .map((name) =>
        atValue(file, [...path, name], {
          message: `${pathText(path)}: ${name} is no service here`,
          hint: suggestWord(name, known),
        }),
      ),
  )
}

const partOf = (block: Plain | undefined): Plain | undefined => {
  const strategy = isPlainMap(block) ? block['strategy'] : undefined
  return isPlainMap(strategy) ? strategy['services'] : undefined
}

function composeKeys(file: File): Problem[] {
  const owners = new Map<Plain, string>()
  return [...file.services, ...file.jobs].flatMap(([name, entry]) => {
    const key = entry['compose']
    if (typeof key !== 'string') return []
    const owner = owners.get(key)
    owners.set(key, owner ?? name)
    if (owner === undefined) return []
    const path = ['services', name, 'compose']
    return [
      atValue(file, path, { message: `${pathText(path)}: ${key} already belongs to ${owner}`, hint: null }),
    ]
  })
}

function backupJob(file: File): Problem[] {
  const database = file.root['database']
  const backup = isPlainMap(database) ? database['backup'] : undefined
  const job = isPlainMap(backup) ? backup['job'] : undefined
  const known = namesOf(file.jobs)
  if (typeof job !== 'string' || known.includes(job)) return []
  const isService = namesOf(file.services).includes(job)
  const message = `database.backup.job: ${job} is ${isService ? 'a service and no job' : 'no job here'}`
  return [atValue(file, ['database', 'backup', 'job'], { message, hint: suggestWord(job, known) })]
}

function neededEnvironments(file: File): Problem[] {
  const names = namesOf(file.environments)
  return file.environments.flatMap(([name, environment]) => {
    const needs = environment['needs']
    return (isPlainMap(needs) ? Object.keys(needs) : []).flatMap((needed) => {
      const path = ['environments', name, 'needs', needed]
      const place = { file: file.source.file, ...file.source.keyAt(path), conceal: false }
      if (!names.includes(needed)) {
        const hint = suggestWord(
          needed,
          names.filter((other) => other !== name),
        )
        return [{ ...place, message: `${pathText(path)}: ${needed} is no environment here`, hint }]
      }
      const circle = circleFrom(name, file.environments)
      // A circle is one mistake: it shows at the first of its names.
      if (circle === null || circle.some((other) => names.indexOf(other) < names.indexOf(name))) return []
      return [
        {
          ...place,
          message: `${pathText(path)}: ${circle.join(' needs ')}: no release could ever go first`,
          hint: null,
        },
      ]
    })
  })
}

/** The names on the way from an environment back to itself, or null where the way ends. */
function circleFrom(start: string, environments: readonly Entry[]): string[] | null {
  const way = [start]
  for (;;) {
    const needs = environments.find(([name]) => name === way.at(-1))?.[1]['needs']
    const next = isPlainMap(needs) ? Object.keys(needs)[0] : undefined
    if (next === undefined) return null
    if (next === start) return [...way, next]
    if (way.includes(next)) return null
    way.push(next)
  }
}

function hostFolders(file: File): Problem[] {
  const folderIn = (block: Plain | undefined): Plain | undefined => {
    const host = isPlainMap(block) ? block['host'] : undefined
    return isPlainMap(host) ? host['folder'] : undefined
  }
  if (folderIn(file.root['defaults']) !== undefined) return []
  return file.environments
    .filter(([, environment]) => folderIn(environment) === undefined)
    .map(([name]) => ({
      file: file.source.file,
      ...file.source.keyAt(['environments', name]),
      message: `environments.${name} has no host.folder, and defaults have none either`,
      hint: 'write host: {folder: /srv/app} there, or once for all: defaults: {host: {folder: "/srv/app/{environment}"}}',
      conceal: false,
    }))
}

/** An environment that asks for provenance says of where: whatever else was built somewhere would do. */
function provenancePlaces(file: File): Problem[] {
  const gatesIn = (block: Plain | undefined): PlainMap => mapIn(mapIn(block)['gates'])
  const shared = gatesIn(file.root['defaults'])
  return file.environments.flatMap(([name, environment]) => {
    const own = gatesIn(environment)
    const asked = own['evidence'] ?? shared['evidence']
    if (!Array.isArray(asked) || !asked.includes('provenance')) return []
    const place = { ...mapIn(shared['provenance']), ...mapIn(own['provenance']) }
    const missing = ['repository', 'workflow'].filter((key) => place[key] === undefined)
    if (missing.length === 0) return []
    return [
      {
        file: file.source.file,
        ...file.source.keyAt(['environments', name]),
        message: `environments.${name} asks for provenance, and gates.provenance has no ${missing.join(' and no ')}`,
        hint: 'write there, or in defaults: gates: {provenance: {repository: acme/shop, workflow: .github/workflows/build.yml}}',
        conceal: false,
      },
    ]
  })
}

const mapIn = (value: Plain | undefined): PlainMap => (isPlainMap(value) ? value : {})
