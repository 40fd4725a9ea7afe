import { secretPlaceholder } from '@towpath/domain/config/secret-placeholder.ts'
import { describe, expect, it } from 'vitest'
import { fillBody } from './fill-body.ts'

const placeholder = secretPlaceholder('TOKEN')

describe('fillBody', () => {
  it('fills every text but the labels, which anyone with the socket can list', () => {
    const body = {
      Env: [`TOKEN=${placeholder}`],
      Cmd: ['serve', `--token=${placeholder}`],
      HostConfig: { LogConfig: { Config: { 'splunk-token': placeholder } }, Memory: 1 },
      Labels: { rule: placeholder },
    }
    expect(fillBody(body, { secrets: new Map([['TOKEN', '$& "quoted"\n']]), container: 'app' })).toEqual({
      Env: ['TOKEN=$& "quoted"\n'],
      Cmd: ['serve', '--token=$& "quoted"\n'],
      HostConfig: { LogConfig: { Config: { 'splunk-token': '$& "quoted"\n' } }, Memory: 1 },
      Labels: { rule: placeholder },
    })
  })

  it('names every missing secret once, and the command that adds one', () => {
    const body = { Env: [`A=${placeholder}${secretPlaceholder('B')}`, `C=${placeholder}`] }
    expect(() => fillBody(body, { secrets: new Map(), container: 'app' })).toThrow(
      expect.objectContaining({
        code: 'SECRET_MISSING',
        kind: 'blocked',
        retryable: false,
        detail: { names: ['TOKEN', 'B'] },
        hint: expect.stringContaining('towpath secrets set TOKEN'),
      }),
    )
  })
})
