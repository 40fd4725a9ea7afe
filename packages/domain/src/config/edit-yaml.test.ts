import { expect, test } from 'vitest'
import { editYaml } from './edit-yaml.ts'

const TEXT = `# the project
project: refactor # its name
environments:
  staging: # first
    host: {folder: /srv/app}
    keep: 3
`

test('an edit changes its value and leaves order and comments', () => {
  const edited = editYaml(TEXT, [
    { path: ['project'], value: 'demo' },
    { path: ['environments', 'staging', 'host', 'folder'], value: '/tmp/demo' },
    { path: ['environments', 'staging', 'map', 'ports'], value: { 80: 8081 } },
    { path: ['environments', 'staging', 'keep'], value: undefined },
  ])
  expect(edited).toBe(`# the project
project: demo # its name
environments:
  staging:
    # first
    host: {folder: /tmp/demo}
    map:
      ports:
        "80": 8081
`)
})

test('text that is no YAML is refused', () => {
  expect(() => editYaml('a: [', [])).toThrow('Flow sequence')
})
