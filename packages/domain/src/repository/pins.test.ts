import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findUnpinned } from './pins.ts'

const commit = 'a'.repeat(40)
const digest = `sha256:${'b'.repeat(64)}`
const found = (path: string, text: string) => findUnpinned(new Map([[path, text]]))

test('actions and reusable workflows are pinned by a whole commit', () => {
  const text = `jobs:
  a:
    uses: acme/flows/.github/workflows/ci.yml@main
  b:
    steps:
      - uses: actions/checkout@${commit} # v4.1.1
      - uses: ./local
      - uses: actions/cache@v4
      - uses: actions/cache@${commit.slice(0, 12)}
      - uses: docker://alpine:3.20
      - uses: docker://alpine@${digest}
`
  expect(found('.github/workflows/ci.yml', text).results.map(({ line, rule }) => [line, rule])).toEqual([
    [3, 'action-by-commit'],
    [8, 'action-by-commit'],
    [9, 'action-by-commit'],
    [10, 'image-by-digest'],
  ])
})

test('base images are pinned by digest, stages of the file aside', () => {
  const text = `ARG BASE=debian:12
ARG PINNED=debian@${digest}
FROM node:24@${digest} AS build
FROM \${BASE} AS one
FROM $PINNED
FROM \${NOBODY}
FROM build
FROM scratch
COPY --from=build /a /a
COPY --from=busybox:1 /b /b
RUN --mount=type=bind,from=golang:1,target=/go true
`
  expect(found('Dockerfile', text).results.map(({ line }) => line)).toEqual([4, 6, 10, 11])
})

test('a file that cannot be read is unknown, never pinned', () => {
  expect(found('.github/workflows/a.yml', 'a: [').unknowns).toHaveLength(1)
  expect(found('Dockerfile', 'RUN true\n').unknowns).toHaveLength(1)
})

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.constantFrom('Dockerfile', 'action.yml'), fc.string(), (path, text) => {
      expect(found(path, text).files).toBe(1)
    }),
  )
})
