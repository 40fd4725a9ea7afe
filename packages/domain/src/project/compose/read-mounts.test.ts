import { describe, expect, test } from 'vitest'
import { modelOf, problemsOf, web, webWith } from './sample.ts'

describe('volumes', () => {
  const top = '\nvolumes:\n  data: {}\n  named: {name: kept}\n  theirs: {external: true}\n'
  const mounts = (text: string): unknown =>
    modelOf(`${webWith('volumes:', `  - ${text}`)}${top}`).services['web']?.mounts

  test.each([
    ['data:/d', { type: 'volume', source: 'shop_data', target: '/d', readOnly: false }],
    ['named:/d:ro', { type: 'volume', source: 'kept', target: '/d', readOnly: true }],
    ['theirs:/d', { type: 'volume', source: 'theirs', target: '/d', readOnly: false }],
    ['/anonymous', { type: 'volume', source: '', target: '/anonymous', readOnly: false }],
    [
      './conf:/c:ro',
      { type: 'bind', source: '/srv/shop/conf', target: '/c', readOnly: true, createHostPath: true },
    ],
    [
      '../certs/:/c',
      { type: 'bind', source: '/srv/certs', target: '/c', readOnly: false, createHostPath: true },
    ],
    ['.:/c', { type: 'bind', source: '/srv/shop', target: '/c', readOnly: false, createHostPath: true }],
    [
      '/etc/tls/:/c:ro,cached',
      { type: 'bind', source: '/etc/tls', target: '/c', readOnly: true, createHostPath: true },
    ],
    [
      '{type: bind, source: ./x, target: /c, read_only: true}',
      { type: 'bind', source: '/srv/shop/x', target: '/c', readOnly: true, createHostPath: true },
    ],
    [
      '{type: bind, source: /x, target: /c, bind: {create_host_path: false}}',
      { type: 'bind', source: '/x', target: '/c', readOnly: false, createHostPath: false },
    ],
    [
      '{type: volume, source: data, target: /d}',
      { type: 'volume', source: 'shop_data', target: '/d', readOnly: false },
    ],
    ['{type: volume, target: /d}', { type: 'volume', source: '', target: '/d', readOnly: false }],
    ['{type: tmpfs, target: /t, tmpfs: {size: 64m}}', { type: 'tmpfs', target: '/t', sizeBytes: 67_108_864 }],
    ['{type: tmpfs, target: /t}', { type: 'tmpfs', target: '/t', sizeBytes: null }],
  ])('%s', (text, expected) => {
    expect(mounts(text)).toEqual([expected])
  })

  test.each([
    ['~/x:/c', /home folder/],
    ['unknown:/c', /the volume "unknown" is not defined/],
    ['":/c"', /is not a mount/],
    ['./x:relative', /needs an absolute path in the container/],
    ['./x:/', /needs an absolute path in the container/],
    ['a:b:c:d', /is not a mount/],
    ['./x:/c:rshared', /bind.propagation of a mount cannot be honoured/],
    ['{type: bind, target: /c}', /needs a source/],
    ['{type: image, source: i, target: /c}', /type "image" cannot be honoured/],
    [
      '{type: volume, source: data, target: /c, volume: {subpath: x}}',
      /volume.subpath of a mount cannot be honoured/,
    ],
  ])('%s is refused', (text, problem) => {
    expect(problemsOf(`${webWith('volumes:', `  - ${text}`)}${top}`)).toEqual([
      expect.stringMatching(problem),
    ])
  })

  test('only used volumes are in the model, with labels and options', () => {
    const text = `${webWith('volumes: ["da:/a"]')}\nvolumes: {da: {driver: local, driver_opts: {type: nfs, n: 3}, labels: [k=v]}, b: }\n`
    expect(modelOf(text).volumes).toEqual({
      da: {
        key: 'da',
        name: 'shop_da',
        driver: 'local',
        external: false,
        labels: { k: 'v' },
        options: { type: 'nfs', n: '3' },
      },
    })
  })

  test('host paths are mapped by their longest prefix, as written or resolved', () => {
    const pathMap = {
      '/etc/letsencrypt': '/etc/le-staging',
      './nginx/conf.d': '/srv/staging/conf',
      './nginx': 'nginx-staging',
    }
    const text = webWith(
      'volumes: ["/etc/letsencrypt/live/:/a", "./nginx/conf.d/x:/b", "./nginx:/c", "/etc/letsencrypt2:/d"]',
    )
    const sources = modelOf(text, { pathMap }).services['web']?.mounts.map((mount) =>
      mount.type === 'bind' ? mount.source : '',
    )
    expect(sources).toEqual([
      '/etc/le-staging/live',
      '/srv/staging/conf/x',
      '/srv/shop/nginx-staging',
      '/etc/letsencrypt2',
    ])
  })

  test.each([
    ['tmpfs: /run', [{ type: 'tmpfs', target: '/run', sizeBytes: null }]],
    [
      'tmpfs: ["/run:size=1m", /tmp]',
      [
        { type: 'tmpfs', target: '/run', sizeBytes: 1_048_576 },
        { type: 'tmpfs', target: '/tmp', sizeBytes: null },
      ],
    ],
  ])('%s', (text, expected) => {
    expect(web(text).mounts).toEqual(expected)
  })
})

describe('secrets and configs that are files become read-only mounts; others are refused by name', () => {
  const top =
    '\nsecrets: {key: {file: ./key.pem}, env: {environment: KEY}, far: {external: true}}\nconfigs: {site: {file: /etc/site.conf}, text: {content: hi}}\n'

  test.each([
    ['secrets: [key]', '/srv/shop/key.pem', '/run/secrets/key'],
    ['secrets: [{source: key, target: other}]', '/srv/shop/key.pem', '/run/secrets/other'],
    ['secrets: [{source: key, target: /etc/key}]', '/srv/shop/key.pem', '/etc/key'],
    ['configs: [site]', '/etc/site.conf', '/site'],
  ])('%s', (line, source, target) => {
    expect(modelOf(webWith(line) + top).services['web']?.mounts).toEqual([
      { type: 'bind', source, target, readOnly: true, createHostPath: false },
    ])
  })

  test.each([
    ['secrets: [env]', 'secrets.env is not a file'],
    ['secrets: [far]', 'secrets.far is not a file'],
    ['configs: [text]', 'configs.text is not a file'],
    ['secrets: [none]', 'secrets has no "none"'],
  ])('%s', (line, problem) => {
    expect(problemsOf(webWith(line) + top)).toEqual([expect.stringContaining(problem)])
  })
})
