import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { modelOf, problemsOf, warningsOf } from './compose/sample.ts'

describe('the reference project', () => {
  const databaseUrl =
    'postgres:///v/postgres_user:/v/postgres_password@/v/postgres_host:/v/postgres_port//v/postgres_db?/v/postgres_options'
  const file = new URL('../../../../../shared/data/refactor-platform/docker-compose.yaml', import.meta.url)

  test('reads unchanged, with nothing but its own variables', (context) => {
    if (!existsSync(file)) context.skip('shared/data/refactor-platform is not here')
    const text = readFileSync(file, 'utf8')
    const names = new Set([...text.matchAll(/\$\{([A-Z_]+)/g)].map((match) => match[1] ?? ''))
    const variables = Object.fromEntries([...names].map((name) => [name, `/v/${name.toLowerCase()}`]))
    const sample = { variables, projectName: 'refactor', projectFolder: '/home/deploy/app' }
    expect(names.size).toBe(34)
    expect(warningsOf(text, sample)).toEqual([])
    expect(problemsOf(text, sample).every((problem) => problem.includes('is not an image'))).toBe(true)
    const images = {
      BACKEND_IMAGE_NAME: 'ghcr.io/team/backend:1',
      FRONTEND_IMAGE_NAME: 'ghcr.io/team/frontend:1',
    }
    const model = modelOf(text, { ...sample, variables: { ...variables, ...images } })
    expect(model).toMatchObject({
      networks: { backend_network: { name: 'refactor_backend_network' } },
      services: {
        nginx: {
          image: 'nginx:1.25-alpine',
          containerName: 'nginx-reverse-proxy',
          restart: { name: 'unless-stopped' },
          networks: { backend_network: { aliases: ['nginx', 'nginx-reverse-proxy'] } },
          ports: [{ hostPort: 80 }, { hostPort: 443 }],
        },
        migrator: {
          hasBuild: true,
          command: [],
          restart: { name: 'no' },
          containerName: 'db-migrator',
          environment: { ROLE: 'migrator', DATABASE_SCHEMA: '/v/postgres_schema' },
        },
        'rust-app': {
          dependsOn: { migrator: { condition: 'service_started', required: true } },
          environment: { DATABASE_URL: databaseUrl },
          settings: { platform: '/v/platform' },
        },
        'nextjs-app': {
          image: 'ghcr.io/team/frontend:1',
          environment: { NEXT_PUBLIC_BACKEND_SERVICE_PORT: '/v/backend_service_port' },
        },
      },
    })
    const counted = Object.values(model.services).map(({ mounts, environment }) => [
      mounts.length,
      Object.keys(environment).length,
    ])
    expect(counted).toEqual([
      [9, 0],
      [1, 7],
      [1, 25],
      [0, 12],
    ])
  })

  test('reads with defaults where variables are missing, and names every one of them', (context) => {
    if (!existsSync(file)) context.skip('shared/data/refactor-platform is not here')
    const text = readFileSync(file, 'utf8')
    const paths = { SSL_DHPARAMS_PATH: '/etc/dh.pem', POSTGRES_SSL_ROOT_CERT: '/etc/ca.crt' }
    const sample = { variables: { BACKEND_IMAGE_NAME: 'a:1', FRONTEND_IMAGE_NAME: 'b:1', ...paths } }
    expect(modelOf(text, sample).services['nextjs-app']?.environment).toMatchObject({
      NEXT_PUBLIC_BACKEND_SERVICE_PORT: '443',
      FRONTEND_SERVICE_PORT: '3000',
    })
    expect(warningsOf(text, sample).length).toBeGreaterThan(20)
  })
})
