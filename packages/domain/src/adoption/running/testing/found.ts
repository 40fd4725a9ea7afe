import type { ResolvedConfig } from '../../../config/resolved-config.ts'
import { resolveConfig } from '../../../config/resolve-config.ts'
import { parseConfig } from '../../../config/parse-config.ts'
import type { ComposeModel } from '../../../project/compose-model.ts'
import { readCompose } from '../../../project/read-compose.ts'
import { composeLabels } from '../found-container.ts'
import type { FoundContainer } from '../found-container.ts'

const digest = `sha256:${'a'.repeat(64)}`

/** A running container of the compose service `api` of the project `shop`. */
export const aFound = (given: Partial<FoundContainer> = {}): FoundContainer => ({
  id: 'c1',
  name: 'shop_api_1',
  status: 'running',
  image: 'registry.test/shop/api:1.4.2',
  imageId: `sha256:${'b'.repeat(64)}`,
  imageDigests: [`registry.test/shop/api@${digest}`],
  imageEnvironment: { PATH: '/bin' },
  labels: { [composeLabels.project]: 'shop', [composeLabels.service]: 'api' },
  command: null,
  entrypoint: null,
  environment: { PATH: '/bin', GREETING: 'hello' },
  mounts: [],
  networkMode: 'shop_default',
  networks: { shop_default: { aliases: ['api'], address: '172.18.0.3' } },
  ports: [],
  restart: { name: 'always' },
  user: '',
  ...given,
})

const composeText = `services:
  api:
    image: registry.test/shop/api:1.4.2
    restart: always
    environment: {GREETING: hello}
`

const configText = `version: 1
project: shop
compose: docker-compose.yaml
services:
  api: {compose: api, image: registry.test/shop/api, health: {path: /health, port: 8080}}
environments:
  production: {host: {folder: /srv/shop}, map: {project: shop}}
`

/** The files of a project with one service, read for production. */
export function aProject(compose = composeText): { config: ResolvedConfig; model: ComposeModel } {
  const parsed = parseConfig({ path: 'towpath.yaml', text: configText })
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '))
  const read = readCompose({
    files: [{ path: 'docker-compose.yaml', text: compose }],
    variables: new Map(),
    envFile: () => null,
    projectName: 'shop',
    projectFolder: '/srv/shop',
  })
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('; '))
  return { config: resolveConfig(parsed.config, 'production', new Map()), model: read.model }
}
