import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatProblems } from './format-problems.ts'
import { parseConfig } from './parse-config.ts'
import { environmentNames, resolveConfig } from './resolve-config.ts'
import { mergeSettings, parseSettings } from './settings.ts'
import { parse } from 'yaml'

const example = join(import.meta.dirname, '../../../../examples/refactor')
const read = (path: string): string => readFileSync(join(example, path), 'utf8')

const exampleConfig = () => {
  const text = read('towpath.yaml')
  const parsed = parseConfig({ path: 'towpath.yaml', text })
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems, text))
  return parsed.config
}

const settingsOf = (files: readonly string[]): Map<string, string> =>
  mergeSettings(
    files.map((path) => {
      const reading = parseSettings({ path, text: read(path) })
      if (!reading.ok) throw new Error(formatProblems(reading.problems, ''))
      return reading.settings
    }),
  )

test('the example that readers see first has no problem, in any of its environments', () => {
  const config = exampleConfig()
  expect(environmentNames(config)).toEqual(['staging', 'production'])
  for (const environment of environmentNames(config)) {
    expect(resolveConfig(config, environment).host.folder).toBe(`/srv/refactor/${environment}`)
  }
})

test('the example names services that its compose file has', () => {
  const compose: { services: Record<string, unknown> } = parse(read('docker-compose.yaml'))
  const { services, jobs } = resolveConfig(exampleConfig(), 'production')
  const named = [...services, ...jobs].map((service) => service.compose)
  expect(named.filter((key) => !(key in compose.services))).toEqual([])
})

test('settings and secrets of the example give every variable that its compose file needs', () => {
  const secrets = ['POSTGRES_PASSWORD', 'DATABASE_URL', 'MAILERSEND_API_KEY']
  const needed = [...read('docker-compose.yaml').matchAll(/\$\{([A-Z_]+)\}/g)].map((match) => match[1] ?? '')
  const config = exampleConfig()
  for (const environment of environmentNames(config)) {
    const settings = settingsOf(resolveConfig(config, environment).settingsFiles)
    expect(needed.filter((name) => !settings.has(name) && !secrets.includes(name))).toEqual([])
    expect(secrets.filter((name) => settings.has(name))).toEqual([])
  }
})
