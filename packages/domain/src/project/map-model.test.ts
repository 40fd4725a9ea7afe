import { describe, expect, test } from 'vitest'
import { modelOf } from './compose/sample.ts'
import { mapModel } from './map-model.ts'

const text = `
services:
  web:
    image: a:1
    container_name: site
    environment: {URL: "https://www.shop.test/x", API: "https://api.shop.test", NOT: notwww.shop.test.old}
    command: serve --host www.shop.test
    labels: {route: "Host(\`www.shop.test\`)"}
    ports: ["80:80", "443:443", "8080:80"]
    volumes: ["./nginx:/n", "data:/d", "kept:/k", "theirs:/t", "/etc/tls:/tls"]
    networks: {front: {aliases: [www], ipv4_address: 10.1.0.9}, lan: }
    extra_hosts: ["www.shop.test:127.0.0.1"]
    hostname: www.shop.test
networks:
  front: {ipam: {config: [{subnet: 10.1.0.0/24, gateway: 10.1.0.1}]}}
  lan: {external: true}
volumes: {data: , kept: {name: precious}, theirs: {external: true}}
`
const model = modelOf(text)

test('a mapping that says nothing changes nothing', () => {
  expect(mapModel(model, {})).toEqual({ model, unused: [] })
})

describe('two environments of one file share nothing on one engine', () => {
  const production = modelOf(text)
  const staging = mapModel(modelOf(text, { projectName: 'shop-staging' }), {
    names: { prefix: 'staging-' },
    ports: { 80: 8081, 443: 8444, '8080:80': 8090 },
  }).model
  const namesOf = (of: typeof model): string[] => [
    ...Object.values(of.services).map(({ containerName }) => containerName ?? ''),
    ...Object.values(of.networks)
      .filter(({ external }) => !external)
      .map(({ name }) => name),
    ...Object.values(of.volumes)
      .filter(({ external }) => !external)
      .map(({ name }) => name),
    ...Object.values(of.services).flatMap(({ ports }) => ports.map(({ hostPort }) => String(hostPort))),
  ]

  test('no container, network, volume or port of one is in the other', () => {
    expect(namesOf(production)).toHaveLength(7)
    expect(namesOf(staging).filter((name) => namesOf(production).includes(name))).toEqual([])
  })

  test('what is external stays, mounts follow their volumes, and services keep the names they know each other by', () => {
    expect(staging.networks['lan']?.name).toBe('lan')
    expect(staging.volumes['theirs']?.name).toBe('theirs')
    const sources = staging.services['web']?.mounts.map((mount) =>
      mount.type === 'volume' ? mount.source : '',
    )
    expect(sources).toEqual(['', 'shop-staging_data', 'staging-precious', 'theirs', ''])
    expect(staging.services['web']?.networks['front']?.aliases).toEqual(['web', 'site', 'www'])
  })
})

test('paths move at whole steps, relative ones from the project folder', () => {
  const paths = { './nginx': './staging-nginx', '/etc/tls': '/etc/tls-staging', '/nowhere': '/x' }
  const mapped = mapModel(model, { paths, projectFolder: '/srv/shop' })
  const sources = mapped.model.services['web']?.mounts.flatMap((mount) =>
    mount.type === 'bind' ? [mount.source] : [],
  )
  expect(sources).toEqual(['/srv/shop/staging-nginx', '/etc/tls-staging'])
  expect(mapped.unused).toEqual(['paths./nowhere'])
})

test('domains change as whole names only', () => {
  const web = mapModel(model, { domains: { 'www.shop.test': 'staging.shop.test' } }).model.services['web']
  expect(web?.environment).toEqual({
    URL: 'https://staging.shop.test/x',
    API: 'https://api.shop.test',
    NOT: 'notwww.shop.test.old',
  })
  expect(web?.command).toEqual(['serve', '--host', 'staging.shop.test'])
  expect(web?.labels).toEqual({ route: 'Host(`staging.shop.test`)' })
  expect(web?.settings).toMatchObject({
    hostname: 'staging.shop.test',
    extraHosts: ['staging.shop.test:127.0.0.1'],
  })
})

test('names given whole win over the prefix, and fit external ones too', () => {
  const mapped = mapModel(model, {
    names: { prefix: 'p-', exact: { site: 'other', precious: 'copy', lan: 'lan2' } },
  })
  expect(mapped.model.services['web']?.containerName).toBe('other')
  expect(mapped.model.volumes['kept']?.name).toBe('copy')
  expect(mapped.model.networks['lan']?.name).toBe('lan2')
})

test('a network that moves takes the fixed addresses of its services along', () => {
  const networks = { front: { subnet: '10.9.4.0/22', gateway: '10.9.4.1', name: 'moved' } }
  const mapped = mapModel(model, { networks }).model
  expect(mapped.networks['front']).toMatchObject(networks.front)
  expect(mapped.services['web']?.networks['front']?.address).toBe('10.9.4.9')
})

test('keys that fit nothing are named, so that a typing error is not silent', () => {
  const mapping = {
    ports: { 81: 1 },
    domains: { 'x.test': 'y' },
    networks: { nope: {} },
    names: { exact: { constructor: 'x' } },
  }
  expect(mapModel(model, mapping).unused).toEqual([
    'ports.81',
    'names.exact.constructor',
    'networks.nope',
    'domains.x.test',
  ])
})
