import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readNginx } from '../../repository/nginx-conf.ts'
import { ejectFiles } from './eject-files.ts'
import { proxyLines } from './proxy-lines.ts'

const nginx = (text: string) => [{ path: 'nginx.conf', text, directives: readNginx(text).directives }]
const toEdge = [{ names: ['api', 'shop-api'], to: 'edge' }]

describe('the lines of a proxy', () => {
  it('are those that name a service, with the port kept', () => {
    const text = `upstream a { server api:8080 weight=2; server other:1; }
server { location / { proxy_pass http://shop-api:8080/x; } location /b { set $to api:80; proxy_pass http://$to; } }`
    expect(proxyLines(nginx(text), toEdge)).toEqual([
      { file: 'nginx.conf', line: 1, from: 'api:8080', to: 'edge:8080' },
      { file: 'nginx.conf', line: 2, from: 'http://shop-api:8080/x', to: 'http://edge:8080/x' },
      { file: 'nginx.conf', line: 2, from: 'api:80', to: 'edge:80' },
    ])
  })

  it('are none where only the names of upstreams and servers are alike', () => {
    const text =
      'upstream api { server 10.0.0.1; } server { server_name api; location / { proxy_pass http://$x; } }'
    expect(proxyLines(nginx(text), toEdge)).toEqual([])
  })

  it('lead back where they came from', () => {
    const host = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/)
    fc.assert(
      fc.property(host, host, fc.integer({ min: 1, max: 65_535 }), (service, edge, port) => {
        const text = `upstream u { server ${service}:${port}; }`
        const [there] = proxyLines(nginx(text), [{ names: [service], to: edge }])
        const moved = text.replace(there?.from ?? '', there?.to ?? '')
        const [back] = proxyLines(nginx(moved), [{ names: [edge], to: service }])
        expect(moved.replace(back?.from ?? '', back?.to ?? '')).toBe(text)
      }),
    )
  })
})

const facts = {
  ...{ composeProject: 'shop', composeFiles: ['docker-compose.yaml'], folder: '/srv/shop', release: '1.5.0' },
  services: [{ compose: 'api', image: 'r.test/api@sha256:1', isAdopted: false }],
  before: { release: '1.4.2', services: [{ compose: 'api', image: 'r.test/api@sha256:0' }] },
}

describe('what a team goes on with', () => {
  it('is an override of what runs and of what ran before, and a script for each', () => {
    const files = ejectFiles(facts)
    expect([...files.keys()].map((path) => path.split('/')[1])).toEqual([
      'release.yaml',
      'start.sh',
      'before.yaml',
      'roll-back.sh',
    ])
    expect(parse(files.get('towpath-eject/release.yaml') ?? '')).toEqual({
      services: { api: { image: 'r.test/api@sha256:1' } },
    })
    expect(files.get('towpath-eject/start.sh')).toContain(
      '-p shop -f docker-compose.yaml -f towpath-eject/release.yaml up -d --no-build --no-deps api',
    )
  })

  it('starts adopted containers as they are: an image by digest would make Compose replace them', () => {
    const files = ejectFiles({
      ...facts,
      services: facts.services.map((one) => ({ ...one, isAdopted: true })),
    })
    expect(files.has('towpath-eject/release.yaml')).toBe(false)
    expect(files.get('towpath-eject/start.sh')).toContain('-f docker-compose.yaml start api')
  })

  it('is one word for the shell whatever a name holds', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (folder) => {
        const script = ejectFiles({ ...facts, folder }).get('towpath-eject/start.sh') ?? ''
        const said = script.slice(script.indexOf('\ncd ') + 4, script.indexOf('\nif docker'))
        const unquoted = said.startsWith("'") ? said.slice(1, -1).replaceAll(String.raw`'\''`, "'") : said
        expect(unquoted).toBe(folder)
        expect(said.startsWith("'") || /^[\w./:@=-]+$/.test(said)).toBe(true)
      }),
    )
  })
})
