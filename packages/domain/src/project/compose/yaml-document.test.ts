import { expect, test } from 'vitest'
import { readPlacedYaml } from '../../repository/placed-yaml.ts'
import { readSample, webWith } from './sample.ts'
import { yamlDocument } from './yaml-document.ts'

const text = webWith('environment: {A: &a 1, B: *a}', 'ports: ["80:80"]')

test('a text is parsed once for all who read it', () => {
  expect(yamlDocument(text)).toBe(yamlDocument(text))
})

test('readers change nothing for each other, whoever comes first', () => {
  const placed = readPlacedYaml(text)
  const read = readSample(text)
  expect(readSample(text)).toEqual(read)
  expect(readPlacedYaml(text)).toEqual(placed)
  expect(read.ok && placed.ok).toBe(true)
})

test('a faulty text is told again to everybody who asks', () => {
  const faulty = 'services:\n  web: [\n'
  expect(readSample(faulty)).toEqual(readSample(faulty))
  expect(readPlacedYaml(faulty)).toEqual(readPlacedYaml(faulty))
  expect([readSample(faulty).ok, readPlacedYaml(faulty).ok]).toEqual([false, false])
})

test('only the last few are kept, and no long one: what is kept stays small', () => {
  const first = yamlDocument('a: 0\n')
  for (let at = 1; at <= 4; at += 1) yamlDocument(`a: ${at}\n`)
  expect(yamlDocument('a: 0\n')).not.toBe(first)
  const long = `a: ${'x'.repeat(64 * 1024)}\n`
  expect(yamlDocument(long)).not.toBe(yamlDocument(long))
})
