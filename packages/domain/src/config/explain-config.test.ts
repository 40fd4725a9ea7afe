import { expect, test } from 'vitest'
import { explainConfig } from './explain-config.ts'
import { parseConfig } from './parse-config.ts'

const TEXT = `version: 1
project: refactor
services:
  backend: {compose: rust-app, image: ghcr.io/acme/backend, health: {path: /health, port: 4000}}
database:
  url: secret:DATABASE_URL
defaults:
  settings: "env/{environment}.env"
  keep: 7
  strategy:
    drain: 5s
environments:
  staging:
    host: {folder: var:FOLDER}
    strategy:
      bake: 5m
    freeze:
      - Sat 00:00-Sun 00:00 UTC
`

const rows = (): Map<string, string> => {
  const parsed = parseConfig({ path: 'towpath.yaml', text: TEXT })
  if (!parsed.ok) throw new Error('the text has problems')
  const explained = explainConfig(parsed.config, 'staging')
  return new Map(
    explained.map(({ path, value, file, line, from }) => [
      path.join('.'),
      `${value} <- ${from}${file === null ? '' : ` ${file}:${line}`}`,
    ]),
  )
}

test('every value is shown with the line that decides it', () => {
  expect(Object.fromEntries(rows())).toMatchObject({
    project: 'refactor <- project towpath.yaml:2',
    compose: 'docker-compose.yaml <- built-in',
    'services.backend.health.port': '4000 <- project towpath.yaml:4',
    'services.backend.health.within': '60s <- built-in',
    settings: 'env/staging.env <- defaults towpath.yaml:8',
    keep: '7 <- defaults towpath.yaml:9',
    'strategy.drain': '5s <- defaults towpath.yaml:11',
    'strategy.bake': '5m <- environment towpath.yaml:16',
    'strategy.warm': '10m <- built-in',
    'host.docker': 'unix:///var/run/docker.sock <- built-in',
  })
})

test('secrets and settings are shown by name', () => {
  expect(rows().get('database.url')).toBe('secret:DATABASE_URL <- project towpath.yaml:6')
  expect(rows().get('host.folder')).toBe('var:FOLDER <- environment towpath.yaml:14')
})

test('a list is one value, decided by where it starts', () => {
  expect(rows().get('freeze')).toBe('[Sat 00:00-Sun 00:00 UTC] <- environment towpath.yaml:18')
})
